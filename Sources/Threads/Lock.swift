public import Glibc

/// A mutual exclusion that protects a value, and a way to wait for a change of it. Copies share the value.
///
/// A pthread mutex and not `Synchronization.Mutex`: ThreadSanitizer understands the first and reports races that are none with
/// the second (docs/decisions.md). Mutex, condition and value lie together on the heap, at an address that does not change: each
/// request has locks of its own, and each piece of memory costs. Inlinable,
/// so that what runs under the lock is compiled with it.
public struct Lock<Value>: @unchecked Sendable {
  // Unchecked: the value is reached only inside `withLock` and `wait`, between lock and unlock of the mutex.
  @usableFromInline let storage: Storage

  @usableFromInline struct Header {
    @usableFromInline var mutex = pthread_mutex_t()
    var changed = pthread_cond_t()

    @usableFromInline init() {}

    /// Where it is to stay.
    @usableFromInline mutating func prepare() {
      pthread_mutex_init(&mutex, nil)
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(&changed, &attributes)
      pthread_condattr_destroy(&attributes)
    }
  }

  @usableFromInline final class Storage: ManagedBuffer<Header, Value> {
    deinit {
      withUnsafeMutablePointers { header, value in
        pthread_cond_destroy(&header.pointee.changed)
        pthread_mutex_destroy(&header.pointee.mutex)
        _ = value.deinitialize(count: 1)
      }
    }
  }

  /// A lock around `initial`.
  @inlinable
  public init(_ initial: sending Value) {
    let made = Storage.create(minimumCapacity: 1) { _ in Header() }
    storage = unsafeDowncast(made, to: Storage.self)
    // Outside of a closure, so that the value is moved and not copied. The storage holds its place still.
    let (header, value) = storage.withUnsafeMutablePointers { ($0, $1) }
    header.pointee.prepare()
    value.initialize(to: initial)
    withExtendedLifetime(storage) {}
  }

  /// Runs `body` with exclusive access. Not recursive.
  @inlinable
  public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try storage.withUnsafeMutablePointers { header, value in
      pthread_mutex_lock(&header.pointee.mutex)
      defer { pthread_mutex_unlock(&header.pointee.mutex) }
      return try body(&value.pointee)
    }
  }

  /// Runs `body` with exclusive access, unless another thread has it.
  /// - Returns: nil when another thread has it.
  @inlinable
  public func withLockIfAvailable<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result? {
    try storage.withUnsafeMutablePointers { header, value in
      guard pthread_mutex_trylock(&header.pointee.mutex) == 0 else { return nil }
      defer { pthread_mutex_unlock(&header.pointee.mutex) }
      return try body(&value.pointee)
    }
  }

  /// Waits until `body` returns a value, giving up the lock while it waits; asked again after each `signal`.
  /// - Parameter patience: how long to wait at the most; nil is for ever.
  /// - Returns: nil when the patience ran out.
  public func wait<Result>(_ patience: Duration? = nil, until body: (inout Value) throws -> Result?) rethrows -> Result?
  {
    try storage.withUnsafeMutablePointers { header, value in
      pthread_mutex_lock(&header.pointee.mutex)
      defer { pthread_mutex_unlock(&header.pointee.mutex) }
      var end = timespec()
      if let patience {
        clock_gettime(CLOCK_MONOTONIC, &end)
        let (seconds, attoseconds) = max(patience, .zero).components
        end.tv_sec += Int(min(seconds, 1_000_000_000))
        end.tv_nsec += Int(attoseconds / 1_000_000_000)
        if end.tv_nsec >= 1_000_000_000 {
          end.tv_sec += 1
          end.tv_nsec -= 1_000_000_000
        }
      }
      while true {
        if let result = try body(&value.pointee) { return result }
        if patience == nil {
          pthread_cond_wait(&header.pointee.changed, &header.pointee.mutex)
        } else if pthread_cond_timedwait(&header.pointee.changed, &header.pointee.mutex, &end) == ETIMEDOUT {
          return try body(&value.pointee)
        }
      }
    }
  }

  /// Wakes one waiter.
  public func signal() {
    storage.withUnsafeMutablePointerToHeader { _ = pthread_cond_signal(&$0.pointee.changed) }
  }

  /// Wakes all waiters.
  public func broadcast() {
    storage.withUnsafeMutablePointerToHeader { _ = pthread_cond_broadcast(&$0.pointee.changed) }
  }
}

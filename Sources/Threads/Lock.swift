internal import Glibc

/// A mutual exclusion that protects a value.
///
/// A pthread mutex and not `Synchronization.Mutex`: ThreadSanitizer understands the first and reports races that are none with
/// the second (docs/decisions.md). The mutex and the value live on the heap at fixed addresses.
public final class Lock<Value>: @unchecked Sendable {
  // Unchecked: `value` is reached only inside `withLock`, between lock and unlock of `mutex`.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private let value: UnsafeMutablePointer<Value>

  /// A lock around `initial`.
  public init(_ initial: sending Value) {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    changed = .allocate(capacity: 1)
    changed.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
    value = .allocate(capacity: 1)
    value.initialize(to: initial)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    value.deinitialize(count: 1)
    value.deallocate()
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` with exclusive access. Not recursive.
  public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }

  /// Waits until `body` returns a value, giving up the lock while it waits; asked again after each `signal`.
  /// - Parameter patience: how long to wait at the most; nil is for ever.
  /// - Returns: nil when the patience ran out.
  public func wait<Result>(_ patience: Duration? = nil, until body: (inout Value) throws -> Result?) rethrows -> Result?
  {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
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
        pthread_cond_wait(changed, mutex)
      } else if pthread_cond_timedwait(changed, mutex, &end) == ETIMEDOUT {
        return try body(&value.pointee)
      }
    }
  }

  /// Wakes one waiter.
  public func signal() { pthread_cond_signal(changed) }

  /// Wakes all waiters.
  public func broadcast() { pthread_cond_broadcast(changed) }
}

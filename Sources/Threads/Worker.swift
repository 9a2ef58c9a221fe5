internal import CLinux
internal import Glibc

/// A thread of the operating system with a name, for work that blocks (SQL, password hashing): such work has no place on the
/// cooperative threads of Swift's concurrency, of which there are only as many as cores.
public final class Worker: Sendable {
  private let finished = Lock(false)

  /// Starts `body` on a thread of its own.
  /// - Parameters:
  ///   - name: as `ps -L` and debuggers show it; the first 15 bytes.
  ///   - niceness: 0...19, what is added to the process's own, see nice(2). For work that takes a processor for long: others that have little to do come
  /// - Throws: `SystemError` when the system gives no thread.
  public init(
    name: String, niceness: Int32 = 0, rights: ThreadRights? = nil, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    let finished = self.finished
    let start = Unmanaged.passRetained(
      Start {
        gatepost_name_thread(String(name.prefix(15)))
        if niceness > 0 { _ = gatepost_lower_priority(niceness) }
        _ = rights?.confine()
        body()
        finished.withLock { $0 = true }
        finished.broadcast()
      })
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemError(call: "pthread_create", code: code)
    }
    pthread_detach(thread)
  }

  /// Waits for the body's end.
  /// - Returns: false when it had not ended within `patience`.
  @discardableResult
  public func join(_ patience: Duration? = nil) -> Bool {
    finished.wait(patience) { $0 ? true : nil } ?? false
  }

  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

internal import Foundation

/// One login asked again and again on several threads, until told to stop; every answer must be the right one.
public final class LoginLoad: @unchecked Sendable {
  // Unchecked: everything mutable is reached under `lock` only.
  private let lock = NSLock()
  private var isOver = false
  private var answered = 0
  private var faults: [String] = []
  private let group = DispatchGroup()

  /// Begins to ask.
  public init(_ client: AuthdaemonClient, threads: Int = 4, user: String, password: String) {
    let request = AuthdaemonClient.authentication(service: "imap", user, password)
    for _ in 0..<threads {
      group.enter()
      Thread.detachNewThread { [self] in
        while !lock.withLock({ isOver }) {
          let fault: String?
          do {
            let reply = try client.ask(request)
            fault = reply.text.hasSuffix("\n.\n") && reply.end == .endOfFile ? nil : "\(reply)"
          } catch {
            fault = "\(error)"
          }
          lock.withLock {
            answered += 1
            if let fault { faults.append(fault) }
          }
        }
        group.leave()
      }
    }
  }

  /// How many have been answered.
  public var count: Int { lock.withLock { answered } }

  /// Stops asking, and waits for the last answers.
  /// - Returns: what was not answered as it should be.
  public func stop() -> [String] {
    lock.withLock { isOver = true }
    group.wait()
    return lock.withLock { faults }
  }
}

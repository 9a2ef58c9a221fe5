internal import Logging
internal import ServiceLifecycle
internal import SocketServer

/// Feeds the service manager's watchdog, and only while a request really makes the round trip through the socket, the server's
/// thread and the broker. It asks what needs no database (an empty user name, refused), so a dead database does not get a healthy
/// daemon killed.
struct Watchdog: Service {
  /// For one answer.
  static let patience: Duration = .seconds(5)
  /// After a question that was not answered: half of `WATCHDOG_USEC` has gone by then, and one hiccup must not use up the rest.
  static let retryInterval: Duration = .seconds(1)

  let socket: String?
  let manager: ServiceManager
  let logger: Logger

  func run() async throws {
    guard let interval = manager.watchdogInterval, let socket else {
      try? await gracefulShutdown()
      return
    }
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        var pause = min(interval, Self.retryInterval)
        do throws(SocketClient.Failure) {
          let answer = try SocketClient(path: socket, timeout: Self.patience).exchange(Array("PRE . watchdog \n".utf8))
          if answer == Array("FAIL\n".utf8) {
            manager.feedWatchdog()
            pause = interval
          } else {
            logger.error("watchdog: a request to \(socket) was not answered as it should be")
          }
        } catch {
          logger.error("watchdog: \(error)")
        }
        try? await Task.sleep(for: pause)
      }
    }
  }
}

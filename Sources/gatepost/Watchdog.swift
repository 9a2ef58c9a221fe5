internal import Logging
internal import ServiceLifecycle
internal import SocketServer

/// Feeds the service manager's watchdog, and only while a request really makes the round trip through the socket, the server's
/// thread and the broker. It asks what needs no database (an empty user name, refused), so a dead database does not get a healthy
/// daemon killed.
struct Watchdog: Service {
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
        do throws(SocketClient.Failure) {
          let answer = try SocketClient(path: socket, timeout: .seconds(5)).exchange(Array("PRE . watchdog \n".utf8))
          if answer == Array("FAIL\n".utf8) {
            manager.feedWatchdog()
          } else {
            logger.error("watchdog: a request to \(socket) was not answered as it should be")
          }
        } catch {
          logger.error("watchdog: \(error)")
        }
        try? await Task.sleep(for: interval)
      }
    }
  }
}

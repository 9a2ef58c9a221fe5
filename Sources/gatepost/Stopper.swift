internal import Accounts
internal import Broker
internal import Logging
internal import Passwords
internal import ServiceLifecycle
internal import SocketServer

/// Ends the daemon when it is told to: no new clients, accepted requests finished, then the parts in the order of dependence.
struct Stopper: Service {
  let server: SocketServer
  let control: ControlServer?
  let broker: Broker
  let pool: HashPool
  let stateFile: StateFile?
  let manager: ServiceManager
  let logger: Logger

  func run() async throws {
    try? await gracefulShutdown()
    manager.stopping()
    logger.notice("stopping: finishing accepted requests")
    broker.beginToStop()
    if !server.stop(grace: Daemon.stopGrace) {
      logger.warning(
        "requests were still running after \(Daemon.stopGrace.components.seconds) s: closed without an answer")
    }
    control?.stop()
    broker.shutDown()
    pool.shutDown()
    stateFile?.stop()
    for directory in broker.directories { directory.shutDown() }
  }
}

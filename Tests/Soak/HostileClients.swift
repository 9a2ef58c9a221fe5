import Foundation
import TestSupport

/// Clients that mean no good. What they are answered does not matter.
struct HostileClients {
  private static let crowd = 1500
  private static let unreadLists = 20

  let station: Station
  let stage: Stage
  let tally: Tally

  /// Begins to make trouble.
  func start() {
    stage.run { silentCrowd() }
    stage.run { unreadLists() }
    stage.run { rubbish() }
  }

  private func connect() -> SocketConnection? { try? SocketConnection(unixPath: station.daemon.socketPath) }

  /// More connections than there is room for, half of them dripping.
  private func silentCrowd() {
    var crowd: [SocketConnection] = []
    for _ in 0..<Self.crowd where !stage.shouldRest {
      if let connection = connect() { crowd.append(connection) }
    }
    tally.event("silent connections", crowd.count)
    for _ in 0..<20 where !stage.shouldRest {
      for connection in crowd.prefix(Self.crowd / 2) { connection.send([UInt8(ascii: "P")]) }
      stage.sleep(0.2)
    }
  }

  private func unreadLists() {
    let idle = (0..<Self.unreadLists).compactMap { _ in connect() }
    for connection in idle { connection.send("ENUMERATE\n".utf8) }
    tally.event("lists never read", idle.count)
    stage.sleep(3)
    withExtendedLifetime(idle) {}
    stage.sleep(2)
  }

  private func rubbish() {
    let requests = [
      "PRE . imap \(Station.user(1))\n", "AUTH 30\nimap\nlogin\n", "AUTH 9999\n", "\u{0}\r\n", "PASSWD a\n",
    ]
    guard let connection = connect() else { return }
    switch Int.random(in: 0..<6) {
    case 0: connection.send([UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000))
    case 1: connection.send((0..<Int.random(in: 1..<4000)).map { _ in UInt8.random(in: .min ... .max) })
    case 2:
      let slow = Station.hashed[1]
      connection.send(
        AuthdaemonClient.authentication(service: "imap", "\(slow.user)@example.org", slow.password + "x").utf8)
    case 3: break
    default: connection.send((requests.randomElement() ?? "").utf8.dropLast(Int.random(in: 0..<3)))
    }
    if Bool.random() { connection.shutDownWriting() }
    tally.event("cut or senseless requests")
    stage.sleep(0.05)
  }
}

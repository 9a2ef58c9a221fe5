import Glibc
import Testing
import Threads

@testable import SocketServer

/// Who is where in the table, without any socket.
@Suite struct ConnectionTableTests {
  private let mailbox: Mailbox

  init() throws { mailbox = try Mailbox() }

  private func entry(_ token: UInt64) -> ConnectionTable.Entry {
    let peer = PeerCredentials(pid: 1, uid: 0, gid: 0)
    let exchange = Exchange(descriptor: -1, peer: peer, token: token, accepted: .now, mailbox: mailbox)
    return ConnectionTable.Entry(exchange: exchange, accepted: .now, deadline: .now)
  }

  private func add(_ table: inout ConnectionTable) -> UInt64? {
    guard let token = table.nextToken else { return nil }
    table.insert(entry(token))
    return token
  }

  @Test func knowsTheOldestOneThatHasNotSentItsRequest() throws {
    var table = ConnectionTable(capacity: 4)
    let tokens = try (0..<4).map { _ in try #require(add(&table)) }
    #expect(table.isFull)
    #expect(add(&table) == nil)
    #expect(table.oldestReading == tokens[0])
    #expect(table.handOver(tokens[0], deadline: .now) != nil)
    #expect(table.handOver(tokens[0], deadline: .now) == nil, "only once")
    #expect(table.oldestReading == tokens[1])
    #expect(table.remove(tokens[2]) != nil)
    #expect(table.remove(tokens[1]) != nil)
    #expect(table.oldestReading == tokens[3])
    let next = try #require(add(&table))
    #expect(table.oldestReading == tokens[3], "the new one stands behind, whatever its slot")
    #expect(table.remove(tokens[3]) != nil)
    #expect(table.oldestReading == next)
    #expect(table.remove(tokens[1]) == nil, "its slot's next tenant is another connection")
  }

  @Test func findsOneAmongThoseHandedOverInTurns() throws {
    var table = ConnectionTable(capacity: 100)
    let tokens = try (0..<100).map { _ in try #require(add(&table)) }
    for token in tokens { _ = table.handOver(token, deadline: .now) }
    #expect(table.oldestReading == nil)
    #expect(table.findHandedOver(steps: 10) { _ in false } == nil)
    // Ten were looked at; the last is at most nine searches of ten away.
    var searches = 1
    while table.findHandedOver(steps: 10, { $0.token == tokens[99] }) == nil, searches < 50 { searches += 1 }
    #expect(searches == 9)
  }

  @Test func agreesWithAnArrayOverManyRandomSteps() throws {
    var generator = SystemRandomNumberGenerator()
    var table = ConnectionTable(capacity: 16)
    var reading: [UInt64] = []
    var handedOver: [UInt64] = []
    for _ in 0..<20_000 {
      switch UInt32.random(in: 0..<4, using: &generator) {
      case 0, 1:
        if let token = add(&table) { reading.append(token) } else { #expect(reading.count + handedOver.count == 16) }
      case 2:
        guard let token = reading.randomElement(using: &generator) else { continue }
        #expect(table.handOver(token, deadline: .now) != nil)
        reading.removeAll { $0 == token }
        handedOver.append(token)
      default:
        guard let token = (reading + handedOver).randomElement(using: &generator) else { continue }
        #expect(table.remove(token) != nil)
        reading.removeAll { $0 == token }
        handedOver.removeAll { $0 == token }
      }
      #expect(table.oldestReading == reading.first)
      #expect(table.count == reading.count + handedOver.count)
      if let wanted = handedOver.randomElement(using: &generator) {
        #expect(table.findHandedOver(steps: 16) { $0.token == wanted } == wanted)
      }
    }
  }

  @Test func limitsLeaveDescriptorsForTheDatabases() {
    #expect(ServerLimits().connections == 4096)
    #expect(ServerLimits(connections: 4096, descriptors: 1024).connections == 1024 - ServerLimits.descriptorReserve)
    #expect(ServerLimits(connections: 4096, descriptors: 64).connections == 32)
    #expect(ServerLimits(connections: 4096, descriptors: 64).isCutByDescriptors)
    #expect(ServerLimits(connections: 4096, descriptors: 0).connections == 1)
    #expect(!ServerLimits(connections: 100, descriptors: .max).isCutByDescriptors)
  }
}

import Accounts
import Glibc
import Testing
import Threads

@testable import DatabaseServers

@Suite struct IntakeTests {
  private let start = Deadline.now

  private func lookUp(_ deadline: Deadline) -> LookUp {
    LookUp(key: AccountKey(name: LoginName([], defaultDomain: nil), service: []), deadline: deadline) { _ in }
  }

  private func isAwake(_ intake: Intake) -> Bool {
    var entry = pollfd(fd: intake.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    let isReadable = poll(&entry, 1, 0) == 1
    intake.wakeUp.clear()
    return isReadable
  }

  @Test func whatIsAnsweredMakesRoom() throws {
    let intake = try Intake()
    for _ in 0..<Intake.capacity { #expect(intake.offer(lookUp(start)) == .taken) }
    #expect(intake.offer(lookUp(start)) == .full)
    var waiting: [LookUp] = []
    #expect(intake.drain(into: &waiting) == .nothing)
    #expect(waiting.count == Intake.capacity)
    #expect(intake.offer(lookUp(start)) == .full, "handed over is not answered")
    #expect(intake.maySleep(busyUntil: nil, answered: 2))
    #expect(intake.offer(lookUp(start)) == .taken)
    #expect(intake.offer(lookUp(start)) == .taken)
    #expect(intake.offer(lookUp(start)) == .full)
  }

  @Test func aSleeperIsWokenForWhatItCanActOn() throws {
    let intake = try Intake()
    #expect(intake.maySleep(busyUntil: nil, answered: 0))
    #expect(!isAwake(intake))
    #expect(intake.offer(lookUp(start + .seconds(9))) == .taken)
    #expect(isAwake(intake))
    #expect(!intake.maySleep(busyUntil: nil, answered: 0), "something has arrived")
    #expect(intake.maySleep(busyUntil: start + .seconds(5), answered: 0), "it is due later")
    #expect(intake.offer(lookUp(start + .seconds(6))) == .taken)
    #expect(!isAwake(intake))
    #expect(intake.offer(lookUp(start + .seconds(4))) == .taken)
    #expect(isAwake(intake))
    #expect(!intake.maySleep(busyUntil: start + .seconds(5), answered: 0), "it is due before")
  }

  @Test func aClosedIntakeTakesNothingAndLetsNobodySleep() throws {
    let intake = try Intake()
    intake.close()
    #expect(isAwake(intake))
    #expect(intake.offer(lookUp(start)) == .closed)
    #expect(!intake.maySleep(busyUntil: start + .seconds(5), answered: 0))
    var waiting: [LookUp] = []
    intake.prepare()
    #expect(intake.drain(into: &waiting) == .end)
  }

  @Test func whoSleepsIsToldThatLookUpsWillCome() throws {
    let intake = try Intake()
    #expect(intake.maySleep(busyUntil: nil, answered: 0))
    intake.prepare()
    #expect(isAwake(intake))
    var waiting: [LookUp] = []
    #expect(intake.drain(into: &waiting) == .connection)
    #expect(waiting.isEmpty)
    #expect(intake.maySleep(busyUntil: nil, answered: 0), "it is told once")
  }
}

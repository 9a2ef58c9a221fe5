import Foundation
import TestSupport
import Testing

@testable import SocketServer

@Suite struct ServiceManagerTests {
  @Test func takesDescriptorsMeantForThisProcessOnly() {
    let environment = ["LISTEN_PID": "42", "LISTEN_FDS": "2"]
    #expect(ServiceManager(environment: environment, processID: 42).inheritedDescriptors == [3, 4])
    #expect(ServiceManager(environment: environment, processID: 43).inheritedDescriptors.isEmpty)
  }

  @Test(arguments: ["0", "-1", "x", "99999999999999999999", "2000000000"])
  func ignoresANonsensicalCount(_ count: String) {
    let manager = ServiceManager(environment: ["LISTEN_PID": "42", "LISTEN_FDS": count], processID: 42)
    #expect(manager.inheritedDescriptors.isEmpty)
  }

  @Test func feedsTheWatchdogTwiceAPeriod() {
    let environment = ["WATCHDOG_USEC": "30000000"]
    #expect(ServiceManager(environment: environment, processID: 1).watchdogInterval == .seconds(15))
    #expect(ServiceManager(environment: [:], processID: 1).watchdogInterval == nil)
    let other = environment.merging(["WATCHDOG_PID": "7"]) { $1 }
    #expect(ServiceManager(environment: other, processID: 1).watchdogInterval == nil)
  }

  @Test(arguments: [false, true])
  func notifies(abstract: Bool) throws {
    let folder = try TemporaryFolder("notify")
    let name = abstract ? "@\(folder.path)" : folder.file("notify")
    let receiver = try DatagramReceiver(name)
    let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name], processID: 1)
    manager.ready(status: "serving")
    #expect(receiver.receive() == "READY=1\nSTATUS=serving")
    manager.reloading()
    #expect(receiver.receive().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    manager.feedWatchdog()
    #expect(receiver.receive() == "WATCHDOG=1")
    manager.stopping()
    #expect(receiver.receive().hasPrefix("STOPPING=1"))
  }
}

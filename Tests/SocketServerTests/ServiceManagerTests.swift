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

/// The other end of sd_notify(3).
private final class DatagramReceiver {
  private let descriptor: Int32

  init(_ name: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      for (index, byte) in bytes.enumerated() { path[index] = byte == UInt8(ascii: "@") ? 0 : byte }
    }
    let length = socklen_t(2 + bytes.count + (name.hasPrefix("@") ? 0 : 1))
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    try #require(code == 0)
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func receive() -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}

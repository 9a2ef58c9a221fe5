import Foundation
import TestSupport
import Testing
import Threads

@testable import SocketServer

@Suite struct ListenerTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder("listen") }
  private var path: String { folder.file("socket") }

  private func mode(_ path: String) -> mode_t {
    var information = stat()
    return lstat(path, &information) == 0 ? information.st_mode & 0o7777 : 0
  }

  @Test func appearsWithItsModeAndLeavesNothingElse() throws {
    let listener = try Listener.bind(path: path, mode: 0o620, owner: nil, group: nil)
    #expect(mode(path) == 0o620)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["socket"])
    _ = try SocketConnection(unixPath: path)
    withExtendedLifetime(listener) {}
  }

  @Test func takesOwnerAndGroup() throws {
    try #require(getuid() == 0, "the suite runs as root, as the daemon's other end-to-end tests do")
    let listener = try Listener.bind(path: path, mode: 0o660, owner: 12345, group: 23456)
    var information = stat()
    #expect(lstat(path, &information) == 0)
    #expect(information.st_uid == 12345)
    #expect(information.st_gid == 23456)
    withExtendedLifetime(listener) {}
  }

  @Test func replacesTheFileOfADeadPredecessor() throws {
    do {
      let dead = try Listener.bind(path: path, mode: 0o600, owner: nil, group: nil)
      withExtendedLifetime(dead) {}
    }
    #expect(FileManager.default.fileExists(atPath: path), "the file outlives its listener, as after kill -9")
    // A process that is being started may hold the listener a moment longer.
    let path = path
    #expect(eventually { (try? SocketConnection(unixPath: path)) == nil })
    let listener = try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    #expect(mode(path) == 0o660)
    withExtendedLifetime(listener) {}
  }

  @Test func neverReplacesALivePredecessor() throws {
    let first = try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    #expect(throws: ListenerError(path: path, .inUse(pid: getpid()))) {
      try Listener.bind(path: path, mode: 0o600, owner: nil, group: nil)
    }
    #expect(mode(path) == 0o660)
    _ = try SocketConnection(unixPath: path)
    withExtendedLifetime(first) {}
  }

  @Test func leavesAFileThatIsNoSocket() throws {
    try folder.write("precious", to: "socket")
    #expect(throws: ListenerError(path: path, .notASocket)) {
      try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  @Test func aFolderThatSomebodyHasLockedDelaysItAndNoMore() throws {
    let holder = open(folder.path, O_RDONLY | O_DIRECTORY)
    defer { close(holder) }
    try #require(flock(holder, LOCK_EX) == 0)
    let listener = try Listener.bind(
      path: path, mode: 0o660, owner: nil, group: nil, patience: .milliseconds(20))
    #expect(FileManager.default.fileExists(atPath: path))
    listener.withdraw()
  }

  @Test func namesAMissingFolder() {
    #expect(throws: ListenerError(path: folder.file("no/socket"), .folderMissing(folder.file("no")))) {
      try Listener.bind(path: folder.file("no/socket"), mode: 0o660, owner: nil, group: nil)
    }
  }

  @Test(arguments: ["", "relative", "/" + String(repeating: "x", count: 107)])
  func refusesPathsThatNoSocketCanHave(_ path: String) {
    #expect(throws: ListenerError(path: path, .badPath)) {
      try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    }
  }

  @Test func withdrawsItsOwnFileOnly() throws {
    let first = try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    unlink(path)
    let second = try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    first.withdraw()
    #expect(FileManager.default.fileExists(atPath: path), "the successor's")
    second.withdraw()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func inheritsWhatIsAUnixStreamSocketOnly() throws {
    let pipe = Pipe()
    #expect(throws: ListenerError.self) { try Listener.inherit(pipe.fileHandleForReading.fileDescriptor) }
    let bound = try Listener.bind(path: path, mode: 0o660, owner: nil, group: nil)
    let inherited = try Listener.inherit(dup(bound.descriptor))
    #expect(inherited.path.hasPrefix(folder.path))
    #expect(inherited.isInherited)
    inherited.withdraw()
    #expect(FileManager.default.fileExists(atPath: path), "the service manager's file stays")
  }
}

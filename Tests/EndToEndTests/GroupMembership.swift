internal import Foundation
internal import TestSupport

/// What `gpasswd -a` does, undone afterwards when the user was no member before.
struct GroupMembership {
  private let user: String
  private let group: String
  private let wasMember: Bool

  init(user: String, group: String) throws {
    self.user = user
    self.group = group
    let groups = try ChildProcess.run(["id", "-nG", user]).output.split(whereSeparator: \.isWhitespace)
    wasMember = groups.contains { $0 == group }
    let result = try ChildProcess.run(["gpasswd", "-a", user, group])
    guard result.status == 0 else { throw ServerTrouble("gpasswd: \(result.errors)") }
  }

  func undo() {
    if !wasMember { _ = try? ChildProcess.run(["gpasswd", "-d", user, group]) }
  }
}

internal import Foundation

/// courier's command line programs, run against one socket.
public struct CourierTools: Sendable {
  /// Its last component must be `socket`.
  public let socketPath: String

  /// Tools that ask the socket at `socketPath`.
  public init(socketPath: String) { self.socketPath = socketPath }

  /// `authtest` with `arguments`: USER (PRE), USER PASSWORD (AUTH), USER OLD NEW (PASSWD).
  public func authtest(_ arguments: String...) throws -> ChildProcess.Result { try run(["authtest"] + arguments) }

  /// `authenumerate`: a line for each account; with `-o` its options, too.
  public func authenumerate(_ arguments: String...) throws -> ChildProcess.Result {
    try run(["authenumerate"] + arguments)
  }

  /// `maildrop -d USER`, delivering `message`.
  /// - Parameter strict: the option `-a`: trouble with the server is a temporary failure.
  public func maildrop(to user: String, message: String, strict: Bool = false) throws -> ChildProcess.Result {
    try run(["maildrop", "-d", user] + (strict ? ["-a"] : []), input: message)
  }

  private func run(_ command: [String], input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run(SocketNamespace.command(command, socketPath: socketPath), input: input)
  }
}

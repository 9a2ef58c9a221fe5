internal import CPostgreSQL
internal import DatabaseServers
internal import Glibc
internal import Threads

/// Owns one libpq connection, non-blocking. Every wait has a deadline; nothing here calls a function of libpq that
/// blocks.
///
/// Not for two threads at once: it is made on one thread, handed over once, and used by its new owner only.
final class Connection: @unchecked Sendable {
  // Unchecked: see above. It crosses threads inside a `Lock` (LookUpLoop's opening slot), whose maker keeps no
  // reference.
  let handle: OpaquePointer

  /// Takes over `handle`.
  init(owning handle: OpaquePointer) {
    self.handle = handle
    // libpq would print notices ("NOTICE: …") to standard error.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    // The server's error code is then part of a failed connect's message: see ServerMessage.
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
  }

  /// Says goodbye without waiting for anybody.
  deinit { PQfinish(handle) }

  /// Whether the connection is beyond use.
  var isBroken: Bool { PQstatus(handle) == CONNECTION_BAD }

  /// For poll(); -1 when there is none.
  var descriptor: Int32 { PQsocket(handle) }

  /// A parameter that the server reports, such as `client_encoding`.
  func serverParameter(_ name: String) -> String { PQparameterStatus(handle, name).map { String(cString: $0) } ?? "" }

  /// What text the database can hold.
  var encoding: TextEncoding {
    TextEncoding(client: serverParameter("client_encoding"), server: serverParameter("server_encoding"))
  }

  /// Where it goes, for the log: "host db1 port 5432, database mail".
  var place: String {
    func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
    return "host \(text(PQhost(handle))) port \(text(PQport(handle))), database \(text(PQdb(handle)))"
  }

  /// libpq's own words on what went wrong last, and the server's code if there is one.
  var lastFault: DatabaseFault {
    let (state, message) = ServerMessage.read(PQerrorMessage(handle).map { String(cString: $0) } ?? "")
    return DatabaseFault(.connection, state: state, message.isEmpty ? "connection lost" : message)
  }

  // MARK: - Waiting

  /// Waits until the socket can be read or, if asked, written.
  func wait(
    reading: Bool = true, writing: Bool = false, until deadline: Instant, stop: StopFlag
  ) throws(DatabaseFault) {
    let events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
    _ = try SocketWait.wait(descriptor, for: Int16(events), until: deadline, stop: stop)
  }
}

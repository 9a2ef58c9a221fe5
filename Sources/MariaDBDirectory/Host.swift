#if MariaDB
  /// One of the servers that a connection string names.
  struct Host: Sendable, Equatable, CustomStringConvertible {
    /// The port that MariaDB and MySQL have of IANA.
    static let standardPort: UInt32 = 3306

    /// How it is reached.
    enum Way: Sendable, Equatable {
      /// By the socket that libmariadb was built with: Debian's is /run/mysqld/mysqld.sock.
      case standardSocket
      /// By the Unix socket at this absolute path.
      case socket(String)
      /// By TCP: a name or an address.
      case network(String, port: UInt32)
    }

    let way: Way

    /// As in "host db1 port 3306".
    var description: String {
      switch way {
      case .standardSocket: "host localhost"
      case .socket(let path): "socket \(path)"
      case .network(let name, let port): "host \(name) port \(port)"
      }
    }
  }
#endif

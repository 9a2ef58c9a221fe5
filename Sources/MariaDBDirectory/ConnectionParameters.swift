#if MariaDB
  internal import Accounts
  internal import Secrets

  /// What a connection string says, checked.
  struct ConnectionParameters: Sendable {
    /// A keyword of the connection string.
    enum Keyword: String, CaseIterable {
      case host, port, socket, user, password, dbname
      case connectTimeout = "connect_timeout"
      case certificateAuthority = "ssl-ca"
      case certificate = "ssl-cert"
      case key = "ssl-key"
      case verify = "ssl-verify"
    }

    /// How the connection is encrypted.
    struct TLS: Sendable, Equatable {
      /// A file with the certificates to trust; nil: those of the system.
      var authority: String?
      /// Ours, and its key.
      var certificate: String?
      var key: String?
      /// Whether the server's certificate must be one that is trusted, and for the server's name.
      var verifies = true
    }

    /// The most seconds of `connect_timeout` that mean anything: our own limit is shorter.
    private static let maximumTimeout = 3_600

    /// In the order they are to be tried; at least one.
    let hosts: [Host]
    /// Nil: the name of the system user.
    let user: String?
    let password: Secret?
    /// Nil: none; tables must then be named with theirs.
    let database: String?
    /// For one server.
    let connectTimeout: Duration?
    /// Nil: none.
    let tls: TLS?

    /// - Throws: what is wrong; without any part of the text when it holds a password.
    init(_ text: String) throws(ConnectionText.Failure) {
      var values: [Keyword: String] = [:]
      for (name, value) in try ConnectionText(text, known: Set(Keyword.allCases.map(\.rawValue))).words {
        guard let keyword = Keyword(rawValue: name) else { throw Self.unknown(name, in: text) }
        guard values.updateValue(value, forKey: keyword) == nil else {
          throw ConnectionText.Failure(message: "\(name) is there twice")
        }
        guard !value.utf8.contains(0) else { throw ConnectionText.Failure(message: "\(name) holds a NUL byte") }
      }
      func filled(_ keyword: Keyword) -> String? { values[keyword].flatMap { $0.isEmpty ? nil : $0 } }
      hosts = try Self.hosts(filled(.host), filled(.port), filled(.socket))
      user = filled(.user)
      password = filled(.password).map { Secret(text: $0) }
      database = filled(.dbname)
      connectTimeout = try filled(.connectTimeout).map { text throws(ConnectionText.Failure) in
        guard let seconds = Int(text), (1...Self.maximumTimeout).contains(seconds) else {
          throw ConnectionText.Failure(message: "connect_timeout: expected seconds from 1 to \(Self.maximumTimeout)")
        }
        return .seconds(seconds)
      }
      tls = try Self.tls(filled)
    }

    private static func unknown(_ name: String, in text: String) -> ConnectionText.Failure {
      let known = Keyword.allCases.map(\.rawValue)
      // What follows a space in a password looks like a keyword.
      guard !text.lowercased().contains("password") else {
        return .init(message: "a keyword is not known; known are \(known.joined(separator: ", "))")
      }
      if let nearest = Spelling.nearest(to: name, among: known) {
        return .init(message: "unknown keyword \(name); did you mean \(nearest)?")
      }
      return .init(message: "unknown keyword \(name); known are \(known.joined(separator: ", "))")
    }

    private static func hosts(
      _ host: String?, _ port: String?, _ socket: String?
    ) throws(ConnectionText.Failure) -> [Host] {
      func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      if let socket {
        guard host == nil else {
          throw .init(
            message:
              "host and socket are both given; a socket may stand among the hosts: host=/run/mysqld/mysqld.sock,db2")
        }
        guard list(socket).allSatisfy({ $0.hasPrefix("/") }) else {
          throw .init(message: "socket: expected an absolute path, or several with commas between them")
        }
      }
      let names = (socket ?? host).map(list) ?? [""]
      let ports = port.map(list) ?? []
      guard ports.count <= 1 || ports.count == names.count else {
        throw .init(message: "port: expected one number, or as many as there are hosts")
      }
      var hosts: [Host] = []
      for (index, name) in names.enumerated() {
        let text = ports.count > 1 ? ports[index] : ports.first ?? ""
        guard let number = text.isEmpty ? Host.standardPort : UInt32(text), (1...65_535).contains(number) else {
          throw .init(message: "port: expected a number from 1 to 65535")
        }
        switch name {
        case "" where names.count == 1, "localhost": hosts.append(Host(way: .standardSocket))
        case "": throw .init(message: "host: one of the names is empty")
        case _ where name.hasPrefix("/"): hosts.append(Host(way: .socket(name)))
        default: hosts.append(Host(way: .network(name, port: number)))
        }
      }
      return hosts
    }

    private static func tls(_ filled: (Keyword) -> String?) throws(ConnectionText.Failure) -> TLS? {
      let files = [Keyword.certificateAuthority, .certificate, .key]
      guard (files + [.verify]).contains(where: { filled($0) != nil }) else { return nil }
      for keyword in files {
        if let path = filled(keyword), !path.hasPrefix("/") {
          throw .init(message: "\(keyword.rawValue): expected an absolute path")
        }
      }
      var tls = TLS(authority: filled(.certificateAuthority), certificate: filled(.certificate), key: filled(.key))
      guard (tls.certificate == nil) == (tls.key == nil) else {
        throw .init(message: "ssl-cert and ssl-key belong together")
      }
      switch filled(.verify) {
      case nil, "on": break
      case "off": tls.verifies = false
      default: throw .init(message: "ssl-verify: expected on or off")
      }
      return tls
    }
  }
#endif

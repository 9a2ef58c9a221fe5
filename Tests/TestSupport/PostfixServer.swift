internal import Foundation

/// A Postfix of its own below a temporary folder: one SMTP service on a free port of the loopback interface, with its own queue,
/// log and SASL configuration. Whatever it relays goes to an `SMTPSink`; no mail leaves the machine.
public final class PostfixServer: Sendable {
  /// Of the SMTP service, on 127.0.0.1.
  public let port: UInt16
  /// Takes what is relayed.
  public let sink: SMTPSink
  private let folder: TemporaryFolder
  private var configurationFolder: String { folder.file("etc") }

  /// Starts it.
  /// - Parameters:
  ///   - mainSettings: the part of `main.cf` that is under test; the paths and addresses around it are added.
  ///   - saslConfiguration: the text of `smtpd.conf`.
  public init(mainSettings: String, saslConfiguration: String) throws {
    port = try freePort()
    sink = try SMTPSink()
    folder = try TemporaryFolder("postfix")
    for name in ["queue", "data"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    guard let user = getpwnam("postfix") else {
      throw ServerTrouble("there is no user postfix: apt-get install postfix")
    }
    chown(folder.file("data"), user.pointee.pw_uid, user.pointee.pw_gid)
    try folder.write(saslConfiguration, to: "etc/sasl/smtpd.conf")
    try folder.write(mainSettings + "\n" + surroundings, to: "etc/main.cf")
    try folder.write(Self.services(port: port), to: "etc/master.cf")
    let result = try ChildProcess.run(["postfix", "-c", configurationFolder, "start"])
    let port = port
    guard result.status == 0, eventually({ (try? SMTPConversation(port: port)) != nil }) else {
      throw ServerTrouble("Postfix does not start: \(result.errors)", log: log)
    }
  }

  /// Everything it has logged.
  public var log: String { (try? String(contentsOfFile: folder.file("mail.log"), encoding: .utf8)) ?? "" }

  /// Ends it and waits until its master process is gone.
  public func stop() {
    let pidFile = folder.file("queue/pid/master.pid")
    let text = (try? String(contentsOfFile: pidFile, encoding: .utf8)) ?? ""
    _ = try? ChildProcess.run(["postfix", "-c", configurationFolder, "stop"])
    if let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)), pid > 1 {
      if !eventually(within: 5, { kill(pid, 0) != 0 }) { kill(pid, SIGKILL) }
    }
    sink.stop()
  }

  deinit { stop() }

  private var surroundings: String {
    """
    compatibility_level = 3.6
    myhostname = mail.example.test
    multi_instance_name = postfix-\((folder.path as NSString).lastPathComponent)
    multi_instance_enable = no
    queue_directory = \(folder.file("queue"))
    data_directory = \(folder.file("data"))
    maillog_file = \(folder.file("mail.log"))
    maillog_file_prefixes = \(folder.path)
    inet_interfaces = 127.0.0.1
    inet_protocols = ipv4
    mydestination =
    mynetworks =
    alias_maps =
    alias_database =
    local_recipient_maps =
    smtpd_tls_security_level = none
    smtpd_error_sleep_time = 0
    smtpd_soft_error_limit = 1000
    smtpd_hard_error_limit = 1000
    smtpd_client_connection_count_limit = 0
    cyrus_sasl_config_path = \(folder.file("etc/sasl"))
    default_transport = smtp:[127.0.0.1]:\(sink.port)
    relay_transport = discard:
    local_transport = discard:
    virtual_transport = discard:
    disable_dns_lookups = yes
    notify_classes =
    double_bounce_sender = double-bounce

    """
  }

  private static func services(port: UInt16) -> String {
    """
    127.0.0.1:\(port) inet n - n - - smtpd
    pickup     unix n - n 60 1 pickup
    cleanup    unix n - n - 0 cleanup
    qmgr       unix n - n 300 1 qmgr
    tlsmgr     unix - - n 1000? 1 tlsmgr
    rewrite    unix - - n - - trivial-rewrite
    bounce     unix - - n - 0 discard
    defer      unix - - n - 0 discard
    trace      unix - - n - 0 discard
    verify     unix - - n - 1 verify
    flush      unix n - n 1000? 0 flush
    proxymap   unix - - n - - proxymap
    proxywrite unix - - n - 1 proxymap
    smtp       unix - - n - - smtp
    relay      unix - - n - - smtp
    showq      unix n - n - - showq
    error      unix - - n - - error
    retry      unix - - n - - error
    discard    unix - - n - - discard
    local      unix - n n - - local
    virtual    unix - n n - - virtual
    lmtp       unix - - n - - lmtp
    anvil      unix - - n - 1 anvil
    scache     unix - - n - 1 scache
    postlog    unix-dgram n - n - 1 postlogd

    """
  }
}

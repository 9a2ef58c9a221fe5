internal import Accounts
internal import Broker
internal import Logging
internal import Telemetry

extension RehashEvent {
  /// How urgent its line is.
  var level: Logger.Level {
    switch self {
    case .replaced: .info
    case .superseded, .leftOut: .debug
    case .failed: .warning
    }
  }

  /// The line of the log. Fields are as in the lines of requests.
  var line: String {
    var line = Array("rehash".utf8)
    func append(_ key: String, _ value: [UInt8]) {
      line.append(UInt8(ascii: " "))
      LogText.appendField(key, value, to: &line)
    }
    switch self {
    case .replaced(let account, let directory, let from, let to):
      append("account", account)
      append("directory", Array(directory.utf8))
      append("outcome", Array("replaced".utf8))
      append("from", Array(from.utf8))
      append("to", Array(to.utf8))
    case .superseded(let account, let directory):
      append("account", account)
      append("directory", Array(directory.utf8))
      append("outcome", Array("superseded".utf8))
    case .failed(let account, let directory, let cause):
      append("account", account)
      append("directory", Array(directory.utf8))
      append("outcome", Array("unavailable".utf8))
      append("reason", Array(cause.description.utf8))
      let minutes = Broker.rehashPause.components.seconds / 60
      append(
        "text",
        Array(
          "logins are not concerned; tried again in \(minutes) minutes with another account, or after a reload".utf8))
    case .leftOut(let count):
      append("outcome", Array("postponed".utf8))
      append("accounts", Array("\(count)".utf8))
    }
    return String(decoding: line, as: UTF8.self)
  }
}

internal import Accounts
internal import AuthdaemonWire
internal import Threads

/// Writes the list of all accounts, directory by directory, as it comes from the database: a million accounts need no more memory
/// than a hundred. The final `.` means "this was everything" and scripts delete mailboxes on the strength of it, so it is sent only
/// when every row of every directory was.
struct Enumeration {
  let settings: BrokerSettings
  let channel: any RequestChannel
  /// Asked while the client does not read, as others may want a list too.
  let keepsWaiting: AnswerStream.Patience

  func run(_ record: inout AuditRecord) {
    let patience = ListPatience(keepsWaiting)
    guard let stream = channel.openStream(keepsWaiting: patience.keepsWaiting) else {
      record.result = .unavailable(Unavailability(.clientGone))
      return
    }
    defer { stream.finish() }
    let deadline = Instant.now + settings.enumerateTimeout
    var encoder = EnumerationEncoder()
    var count = 0
    for entry in settings.directories {
      let directory = entry.directory
      record.directory = directory.name
      var fault: ReplyFault?
      guard stream.append(EnumerationEncoder.heading(Array(directory.name.utf8))) else {
        record.result = .unavailable(lost(stream, patience))
        return
      }
      let outcome = directory.enumerate(deadline: deadline, hold: patience.hold) { account in
        let open = stream.append(upTo: WireLimits.enumerationLine) { room in
          switch encoder.write(
            name: account.username, uid: account.uid, gid: account.gid, home: account.home, maildir: account.maildir,
            options: account.options, to: room)
          {
          case .success(let count): return count
          case .failure(let found):
            fault = found
            return 0
          }
        }
        count += 1
        return open && fault == nil
      }
      record.accounts = count
      if let fault {
        record.result = .unavailable(Unavailability(fault == .tooLong ? .replyTooLong : .badRow, fault.description))
        return
      }
      switch outcome {
      case .accepted: continue
      case .refused(let refusal): record.result = .refused(refusal)
      case .unavailable(let cause):
        record.result = .unavailable(cause.code == .clientGone ? lost(stream, patience) : cause)
      }
      return
    }
    if stream.append(EnumerationEncoder.end) && stream.flush() {
      record.result = .accepted
    } else {
      record.result = .unavailable(lost(stream, patience))
    }
  }

  private func lost(_ stream: any AnswerStream, _ patience: ListPatience) -> Unavailability {
    guard stream.wasGivenUp else { return Unavailability(.clientGone) }
    return Unavailability(
      .clientGone,
      "it did not read while \(patience.wasInTheWay ? "the database was to be written" : "other lists were waiting")")
  }
}

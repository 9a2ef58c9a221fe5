internal import Foundation
internal import TestSupport

/// One line of `clients.jsonl`: what a real client asked, and what courier's authdaemond answered.
struct RecordedExchange: Decodable, Sendable, CustomStringConvertible {
  let client: String
  let `case`: String
  /// Base64 in the file.
  let request: Data
  /// Base64 in the file; empty: the server closed without a word.
  let reply: Data

  var description: String { "\(client): \(`case`)" }
  /// Whether the database was away when it was recorded.
  var isWithoutDatabase: Bool { `case`.contains("database down") }
  var replyText: String { String(decoding: reply, as: UTF8.self) }

  /// All of them, in the order of recording: password changes are undone by the next one.
  static let all: Result<[RecordedExchange], any Error> = Result {
    let decoder = JSONDecoder()
    return try Fixtures.text("transcripts/clients.jsonl").split(separator: "\n").map {
      try decoder.decode(RecordedExchange.self, from: Data($0.utf8))
    }
  }
}

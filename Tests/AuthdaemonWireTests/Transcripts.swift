import Foundation
import Testing

/// What a real client and courier's server said to each other. The requests are the client's own bytes.
struct Transcript: Sendable, Decodable, CustomTestStringConvertible {
  var client: String
  var `case`: String
  var request: Data
  var requestText: String
  var reply: Data

  var testDescription: String { "\(client): \(`case`)" }

  /// With each LF spelt out, as the recording has it.
  static let all: [Transcript] = {
    let file = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/transcripts/clients.jsonl")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
        try decoder.decode(Transcript.self, from: Data($0.utf8))
      }
    } catch {
      Issue.record("\(file.path): \(error)")
      return []
    }
  }()
}

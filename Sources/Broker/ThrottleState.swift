internal import Accounts
internal import Threads

/// What of the throttle outlives the process: names, addresses, counts and times. No password, and nothing made from one.
///
/// ```
/// file     = "gatepost-throttle 1" LF "written " seconds LF *row "checksum " 8HEXDIG LF
/// row      = ( "account" / "address" ) SP failures SP in-a-row SP since SP last SP mark SP changed SP slowed-since SP name LF
/// ```
/// Times are seconds since 1970, `-` for none. A name's bytes that are not printable ASCII, and `%`, are `%XX`. The checksum is the CRC-32
/// (IEEE 802.3) of everything before its line.
public struct ThrottleState: Sendable, Equatable {
  /// Larger files are not read: 64 MiB.
  public static let mostBytes = 64 << 20
  /// A file from so far in the future is not believed: a minute.
  static let clockTolerance: Int64 = 60

  /// Why a file is not used.
  public enum Fault: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is not one, or it was cut, or changed.
    case damaged
    /// Another version of Gatepost wrote it.
    case foreignVersion
    /// It was written later than now: the clock was changed.
    case fromTheFuture

    /// What is wrong with it.
    public var description: String {
      switch self {
      case .damaged: "it is damaged"
      case .foreignVersion: "another version wrote it"
      case .fromTheFuture: "it is of a later time than now"
      }
    }
  }

  struct Row: Sendable, Equatable {
    enum Kind: String { case account, address }
    var kind: Kind
    var name: [UInt8]
    var failures: Int
    var row: Int
    var since: Int64
    var last: Int64
    var mark: Int64
    var changed: Int64
    var slowedSince: Int64?
  }

  private static let header = "gatepost-throttle 1"
  private static let anyHeader = "gatepost-throttle "

  /// When it was written, in seconds since 1970.
  var written: Int64
  var rows: [Row]

  /// How many accounts and addresses are in it.
  public var count: Int { rows.count }

  /// - Parameters:
  ///   - now: the moment, as the throttle counts it.
  ///   - wall: the same moment, in seconds since 1970.
  init(_ throttle: Throttle, at now: Instant, wall: Int64) {
    written = wall
    func seconds(_ instant: Instant) -> Int64 {
      max(0, wall - max(0, (now - instant).components.seconds))
    }
    func row(_ kind: Row.Kind, _ name: [UInt8], _ record: ThrottleRecord, _ changed: Instant) -> Row {
      Row(
        kind: kind, name: name, failures: record.failures, row: record.row, since: seconds(record.since),
        last: seconds(record.last), mark: seconds(record.mark), changed: seconds(changed),
        slowedSince: record.slowedSince.map(seconds))
    }
    rows =
      throttle.accounts.all.map { row(.account, $0.key, $0.record, $0.changed) }
      + throttle.addresses.all.map { row(.address, Array($0.key.description.utf8), $0.record, $0.changed) }
  }

  /// Puts it into a throttle that knows nothing yet. What is older than a day is left out.
  func restore(to throttle: inout Throttle, wall: Int64, at now: Instant) {
    func instant(_ seconds: Int64) -> Instant { now - .seconds(max(0, wall - seconds)) }
    for row in rows.sorted(by: { $0.changed < $1.changed }) {
      let changed = instant(row.changed)
      guard now - changed < ThrottleSchedule.memory else { continue }
      func record(_ schedule: ThrottleSchedule) -> ThrottleRecord {
        ThrottleRecord(
          failures: row.failures, row: row.row, since: instant(row.since), last: instant(row.last),
          mark: instant(row.mark), slowedSince: row.slowedSince.map(instant), schedule)
      }
      switch row.kind {
      case .account: throttle.restore(account: ThrottleSubject.account(row.name), record(.account), changed: changed)
      case .address:
        guard let address = NetworkAddress(row.name) else { continue }
        throttle.restore(address: address.site, record(.address), changed: changed)
      }
    }
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + rows.count * 128)
    bytes += "\(Self.header)\nwritten \(written)\n".utf8
    for row in rows {
      let slowed = row.slowedSince.map { "\($0)" } ?? "-"
      bytes +=
        "\(row.kind.rawValue) \(row.failures) \(row.row) \(row.since) \(row.last) \(row.mark) \(row.changed) \(slowed) "
        .utf8
      PercentText.append(row.name, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    let sum = Checksum.crc32(bytes)
    bytes += "checksum \(Self.hexadecimal(sum))\n".utf8
    return bytes
  }

  /// Reads a file.
  /// - Parameter wall: now, in seconds since 1970.
  public init(_ bytes: [UInt8], wall: Int64) throws(Fault) {
    guard bytes.count <= Self.mostBytes, bytes.starts(with: Self.anyHeader.utf8) else { throw .damaged }
    guard bytes.starts(with: "\(Self.header)\n".utf8) else { throw .foreignVersion }
    // "checksum ", eight digits, LF.
    let tail = "checksum ".utf8.count + 9
    guard bytes.count > tail else { throw .damaged }
    let body = bytes[..<(bytes.count - tail)]
    guard Array("checksum \(Self.hexadecimal(Checksum.crc32(body)))\n".utf8) == Array(bytes[body.endIndex...]) else {
      throw .damaged
    }
    let lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).dropFirst()
    guard let first = lines.first, let written = Self.words(first, count: 2, name: "written")?.last.flatMap(Self.time)
    else { throw .damaged }
    guard written <= wall + Self.clockTolerance else { throw .fromTheFuture }
    self.written = written
    var rows: [Row] = []
    for line in lines.dropFirst() {
      guard let row = Self.row(line, written: written) else { throw .damaged }
      rows.append(row)
    }
    self.rows = rows
  }

  private static func row(_ line: ArraySlice<UInt8>, written: Int64) -> Row? {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 9, let kind = Row.Kind(rawValue: String(decoding: words[0], as: UTF8.self)),
      let failures = number(words[1]), let inARow = number(words[2]), let since = time(words[3]),
      let last = time(words[4]), let mark = time(words[5]), let changed = time(words[6]),
      let name = PercentText.decode(words[8]), !name.isEmpty, name.count <= ThrottleSubject.longestName
    else { return nil }
    var slowedSince: Int64?
    if words[7] != [UInt8(ascii: "-")] {
      guard let slowed = time(words[7]) else { return nil }
      slowedSince = slowed
    }
    // Nothing happened after it was written.
    guard [since, last, mark, changed, slowedSince ?? 0].allSatisfy({ $0 <= written }) else { return nil }
    return Row(
      kind: kind, name: name, failures: failures, row: inARow, since: since, last: last, mark: mark, changed: changed,
      slowedSince: slowedSince)
  }

  private static func words(_ line: ArraySlice<UInt8>, count: Int, name: String) -> [ArraySlice<UInt8>]? {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    return words.count == count && words.first.map { $0.elementsEqual(name.utf8) } == true ? words : nil
  }

  /// Up to four digits.
  private static func number(_ text: ArraySlice<UInt8>) -> Int? { digits(text, most: 4).map(Int.init) }
  /// Up to twelve digits: until the year 33658.
  private static func time(_ text: ArraySlice<UInt8>) -> Int64? { digits(text, most: 12) }

  private static func digits(_ text: ArraySlice<UInt8>, most: Int) -> Int64? {
    guard (1...most).contains(text.count) else { return nil }
    var number: Int64 = 0
    for byte in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return number
  }

  private static func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// CRC-32 as in IEEE 802.3: finds every change of up to 32 neighbouring bits. It proves nothing about who wrote something.
private enum Checksum {
  private static let table: [UInt32] = (0..<256).map { number in
    (0..<8).reduce(UInt32(number)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }

  static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  }
}

internal import CLinux
internal import Glibc

/// What only the start needed: reading the configuration and opening the databases touches more code than all that follows.
enum StartMemory {
  /// Gives it back to the system: freed memory, and the machine code, of which the pages that are needed come back from the file by
  /// themselves. Code is never written to, so nothing is lost.
  static func giveBack() {
    gatepost_return_memory()
    for range in codeRanges() {
      guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
      madvise(start, Int(bitPattern: range.upperBound &- range.lowerBound), Int32(MADV_DONTNEED))
    }
  }

  /// Where files are mapped to be run, and not to be written to.
  static func codeRanges(_ maps: String = Self.maps()) -> [Range<UInt>] {
    maps.split(separator: "\n").compactMap { line in
      // start-end perms offset device inode path
      let fields = line.split(separator: " ", maxSplits: 5)
      guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/") else {
        return nil
      }
      let ends = fields[0].split(separator: "-").map { UInt($0, radix: 16) }
      guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { return nil }
      return start..<end
    }
  }

  /// Of this process; empty where they cannot be read.
  private static func maps() -> String {
    guard let file = fopen("/proc/self/maps", "re") else { return "" }
    defer { fclose(file) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += piece[..<count]
    }
  }
}

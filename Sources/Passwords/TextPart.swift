/// A part of a stored string that is salt or hash: any other letters of the same kind could stand there.
struct TextPart {
  let range: Range<Int>
  /// Hexadecimal digits; otherwise letters and digits will do, and the last one is `A`, which no base64 refuses.
  var isHexadecimal = false

  /// The last `count` fields of `raw`, which is parted by `separators`.
  static func last(_ count: Int, of raw: UnsafeRawBufferPointer, separators: StaticString) -> [TextPart] {
    let separators = UnsafeRawBufferPointer(start: separators.utf8Start, count: separators.utf8CodeUnitCount)
    var parts: [TextPart] = []
    var end = raw.count
    while parts.count < count {
      var start = end
      while start > 0, !separators.contains(raw[start - 1]) { start -= 1 }
      parts.append(TextPart(range: start..<end))
      guard start > 0 else { break }
      end = start - 1
    }
    return parts
  }
}

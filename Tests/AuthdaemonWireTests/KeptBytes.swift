/// Memory that lasts as long as this object, for values that only point to it.
final class KeptBytes {
  private var pieces: [UnsafeMutableRawBufferPointer] = []

  deinit { for piece in pieces { piece.deallocate() } }

  func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    piece.copyBytes(from: bytes)
    pieces.append(piece)
    return UnsafeRawBufferPointer(piece)
  }

  func keep(_ text: String) -> UnsafeRawBufferPointer { keep(Array(text.utf8)) }
}

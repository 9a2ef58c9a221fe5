internal import CLinux

extension UnsafeMutableRawBufferPointer {
  /// Overwrites every byte with zero, in a way that the optimiser does not drop because nobody reads it afterwards.
  public func wipe() {
    if let baseAddress { gatepost_wipe(baseAddress, count) }
  }
}

extension [UInt8] {
  /// Overwrites the bytes with zero, then empties the array. When the array's memory is shared with another copy, that copy
  /// stays as it was: wipe what you alone hold.
  public mutating func wipe() {
    withUnsafeMutableBytes { $0.wipe() }
    removeAll()
  }
}

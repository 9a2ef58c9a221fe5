import Secrets
import Testing

@Suite struct WipingTests {
  @Test func everyByteBecomesZero() {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0xff)
    UnsafeMutableRawBufferPointer(rebasing: memory[1..<99]).wipe()
    #expect(memory.first == 0xff && memory.last == 0xff)
    #expect(memory[1..<99].allSatisfy { $0 == 0 })
    UnsafeMutableRawBufferPointer(start: nil, count: 0).wipe()
  }

  @Test func wipedArrayIsEmpty() {
    var bytes = Array("secret".utf8)
    bytes.wipe()
    #expect(bytes.isEmpty)
  }
}

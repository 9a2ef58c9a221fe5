#if MariaDB
  internal import CMariaDB
  internal import Secrets

  /// Room for one row of a statement's result, every column as text. Used again for each row.
  final class RowBuffer {
    /// In bytes, of each column at first.
    private static let initialRoom = 256

    /// How many columns there are.
    let count: Int
    private let statement: UnsafeMutablePointer<MYSQL_STMT>
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<CChar>
    private let errors: UnsafeMutablePointer<CChar>
    private var rooms: [UnsafeMutableRawBufferPointer] = []
    /// Of BIT columns, which come as bytes, as decimal numbers.
    private let digits: UnsafeMutableRawBufferPointer
    private static let digitsEach = 20

    /// - Parameter statement: prepared.
    init(of statement: UnsafeMutablePointer<MYSQL_STMT>) {
      self.statement = statement
      count = Int(statement.pointee.field_count)
      let room = max(1, count)
      binds = .allocate(capacity: room)
      binds.initialize(repeating: MYSQL_BIND(), count: room)
      lengths = .allocate(capacity: room)
      lengths.initialize(repeating: 0, count: room)
      nulls = .allocate(capacity: room)
      nulls.initialize(repeating: 1, count: room)
      errors = .allocate(capacity: room)
      errors.initialize(repeating: 0, count: room)
      digits = .allocate(byteCount: room * Self.digitsEach, alignment: 1)
      for column in 0..<count {
        rooms.append(.allocate(byteCount: Self.initialRoom, alignment: 1))
        binds[column].buffer_type = MYSQL_TYPE_STRING
        binds[column].length = lengths + column
        binds[column].is_null = nulls + column
        binds[column].error = errors + column
        aim(column)
      }
    }

    deinit {
      for room in rooms {
        room.wipe()
        room.deallocate()
      }
      digits.deallocate()
      errors.deallocate()
      nulls.deallocate()
      lengths.deallocate()
      binds.deallocate()
    }

    private func aim(_ column: Int) {
      binds[column].buffer = rooms[column].baseAddress
      binds[column].buffer_length = UInt(rooms[column].count)
    }

    /// Overwrites the row: it may have held a hash.
    func wipe() { for room in rooms { room.wipe() } }

    /// Tells the library where rows go.
    /// - Returns: false when it does not take it.
    func bind() -> Bool { count == 0 || mysql_stmt_bind_result(statement, binds) == 0 }

    /// Fetches again what was longer than its room, which grows.
    /// - Returns: false when the library refuses.
    func complete() -> Bool {
      var hasGrown = false
      for column in 0..<count where nulls[column] == 0 && lengths[column] > UInt(rooms[column].count) {
        rooms[column].wipe()
        rooms[column].deallocate()
        rooms[column] = .allocate(byteCount: Int(lengths[column]), alignment: 1)
        aim(column)
        hasGrown = true
        guard mysql_stmt_fetch_column(statement, binds + column, UInt32(column), 0) == 0 else { return false }
      }
      return !hasGrown || bind()
    }

    /// The bytes of one value of the row, nil for NULL. They last until the next row.
    func value(_ column: Int) -> UnsafeRawBufferPointer? {
      guard column < count, nulls[column] == 0 else { return nil }
      let bytes = UnsafeRawBufferPointer(rebasing: rooms[column].prefix(Int(lengths[column])))
      guard let fields = statement.pointee.fields, fields[column].type == MYSQL_TYPE_BIT else { return bytes }
      return decimal(bytes.reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64($1) }, in: column)
    }

    private func decimal(_ number: UInt64, in column: Int) -> UnsafeRawBufferPointer {
      let end = (column + 1) * Self.digitsEach
      var start = end
      var left = number
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(left % 10)
        left /= 10
      } while left > 0
      return UnsafeRawBufferPointer(rebasing: digits[start..<end])
    }
  }
#endif

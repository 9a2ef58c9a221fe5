/// What a panel's schema is known by: tables, and columns that the preset's queries use or that tell it from others.
public struct SchemaFingerprint: Sendable {
  /// A table, and columns that it must have.
  struct Table: Sendable {
    let name: String
    let columns: [String]

    init(_ name: String, _ columns: [String]) {
      self.name = name
      self.columns = columns
    }
  }

  /// A column that some versions have, by which they are told apart.
  struct Feature: Sendable {
    let table: String
    let column: String

    init(_ table: String, _ column: String) {
      self.table = table
      self.column = column
    }
  }

  /// The first is the one that the parameter `table` names.
  let tables: [Table]
  /// What else there may be.
  let features: [Feature]
  /// Whether sites give the first table another name.
  let mayBeRenamed: Bool

  /// The name of the first table.
  public var mainTable: String { tables.first?.name ?? "" }

  init(_ tables: [Table], features: [Feature] = [], mayBeRenamed: Bool = false) {
    self.tables = tables
    self.features = features
    self.mayBeRenamed = mayBeRenamed
  }
}

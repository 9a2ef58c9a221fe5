/// A panel's schema, seen in a database.
public struct SchemaSighting: Sendable {
  /// A column, or with `column` nil a table, that the preset's queries need and that is not there.
  public struct Missing: Sendable, Equatable, CustomStringConvertible {
    /// Where.
    public let table: String
    /// What; nil when it is the whole table.
    public let column: String?
    /// What may be meant; nil when nothing there is like it.
    public let nearest: String?

    /// In words.
    public var description: String {
      let what = column.map { "\(table).\($0)" } ?? "the table \(table)"
      return nearest.map { "\(what) (is it \($0)?)" } ?? what
    }
  }

  /// The preset for it.
  public let preset: Preset
  /// The main table, where it is not by the name that the preset has for it; else nil.
  public let table: String?
  /// The schema that a PostgreSQL role does not search; nil where it does.
  public let schema: String?
  /// What is not there; empty when the schema is as the preset needs it.
  public let missing: [Missing]
  /// Columns of newer versions that are there, as `mailbox.smtp_active`.
  public let features: [String]
  /// Columns that it was known by.
  let strength: Int

  /// Whether the preset fits.
  public var isComplete: Bool { missing.isEmpty }

  /// What is there for one of the presets. One that is complete goes before others, and one that the role finds by itself before one
  /// in another schema; then the one with more to be known by: iRedMail's tables hold nearly all that PostfixAdmin's do.
  /// - Returns: nil when nothing there is like any of them.
  public static func recognise(_ shape: DatabaseShape, dialect: SQLDialect) -> SchemaSighting? {
    let sightings = Presets.all.filter { $0.dialects.contains(dialect) }.flatMap { all(of: $0, in: shape) }
    let complete = sightings.filter(\.isComplete)
    let here = complete.filter { $0.schema == nil }
    return (here.isEmpty ? complete : here).max { $0.strength < $1.strength } ?? nearest(sightings)
  }

  /// What is there for one preset; nil when it is nothing like it.
  public static func look(for preset: Preset, in shape: DatabaseShape) -> SchemaSighting? {
    let sightings = all(of: preset, in: shape)
    return sightings.first { $0.isComplete && $0.schema == nil } ?? sightings.first(where: \.isComplete)
      ?? nearest(sightings)
  }

  private static func nearest(_ sightings: [SchemaSighting]) -> SchemaSighting? {
    let here = sightings.filter { $0.schema == nil }
    return (here.isEmpty ? sightings : here).max { $0.share < $1.share }
  }

  /// Those that are complete, and of the others those that have at least two thirds of what there should be.
  private static func all(of preset: Preset, in shape: DatabaseShape) -> [SchemaSighting] {
    guard let main = preset.fingerprint.tables.first else { return [] }
    return shape.tables.compactMap { table in
      let isNamed = table.name.asciiLowercased == main.name
      guard isNamed || preset.fingerprint.mayBeRenamed else { return nil }
      let sighting = SchemaSighting(preset, at: table, isNamed: isNamed, in: shape)
      return sighting.isComplete || (isNamed && sighting.share >= 2.0 / 3) ? sighting : nil
    }
  }

  private var share: Double {
    Double(strength) / Double(max(1, strength + missing.reduce(0) { $0 + weight($1) }))
  }

  private func weight(_ missing: Missing) -> Int {
    guard missing.column == nil else { return 1 }
    return preset.fingerprint.tables.first { $0.name == missing.table }?.columns.count ?? 1
  }

  private init(_ preset: Preset, at main: DatabaseShape.Table, isNamed: Bool, in shape: DatabaseShape) {
    self.preset = preset
    schema = main.schema
    let path = isNamed && main.schema == nil ? nil : main.path
    table = path
    var parameters = PresetParameters()
    parameters.table = path
    let first = preset.fingerprint.mainTable
    var missing: [Missing] = []
    var strength = 0
    for (index, expected) in preset.fingerprint.tables.enumerated() {
      let found = index == 0 ? main : shape.table(parameters.sibling(expected.name, of: first))
      guard let found else {
        missing.append(
          Missing(
            table: expected.name, column: nil,
            nearest: Spelling.nearest(to: expected.name, among: shape.tables.map(\.path))))
        continue
      }
      for column in expected.columns {
        if found.has(column) {
          strength += 1
        } else {
          let others = found.columns.filter { name in
            !expected.columns.contains { $0.asciiLowercased == name.asciiLowercased }
          }
          missing.append(
            Missing(table: found.path, column: column, nearest: Spelling.nearest(to: column, among: others)))
        }
      }
    }
    self.missing = missing
    self.strength = strength
    features = preset.fingerprint.features.compactMap { feature in
      let name = feature.table == first ? main.path : parameters.sibling(feature.table, of: first)
      return shape.table(name)?.has(feature.column) == true ? "\(name).\(feature.column)" : nil
    }
  }
}

extension DirectoryConformance {
  static let presetCases: [ConformanceCase] = []
}

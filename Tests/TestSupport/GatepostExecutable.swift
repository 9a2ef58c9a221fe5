internal import Foundation

/// The `gatepost` that the tests run.
public enum GatepostExecutable {
  /// The environment's GATEPOST, or the executable beside the test bundle: SwiftPM puts both into `.build/<configuration>`.
  public static func path() throws -> String {
    if let path = ProcessInfo.processInfo.environment["GATEPOST"] { return path }
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let path = bundle.deletingLastPathComponent().appendingPathComponent("gatepost").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw ServerTrouble("there is no \(path): build the package, or set GATEPOST")
    }
    return path
  }
}

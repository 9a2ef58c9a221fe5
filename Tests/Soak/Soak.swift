import Foundation
import TestSupport

/// `soak [MINUTES]`: mixed load on two daemons, one on PostgreSQL and one on SQLite, with hostile clients, reloads and databases that
/// restart, hang and lock. Ends with 1 when an answer was wrong, a request was lost while nothing was wrong with its database, or the
/// memory, threads or descriptors of a daemon are not where they were after the first minute.
///
/// `soak --timing [PAIRS]`: see `TimingBench`. Ends with 1 when the time of a refusal tells who exists.
@main struct Soak {
  static let defaultMinutes = 10.0
  /// A pause of the load that memory is measured in: what was under way has ended, and drained.
  static let settling: TimeInterval = 90
  /// malloc keeps some of what was freed.
  static let memoryToleranceKiB = 8 * 1024
  /// While a connection holds a lock on a file, SQLite keeps the descriptors of those that closed, for the next to open it: as many
  /// as there ever were at one time, which may be more than in the first minute.
  static let descriptorTolerance = 16
  /// Threads of Swift's pool.
  static let threadTolerance = 4

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--timing" {
      let pairs = arguments.dropFirst().first.flatMap { Int($0) } ?? TimingBench.standardPairs
      exit(try TimingBench(pairs: max(100, pairs)).run() ? 0 : 1)
    }
    let minutes = CommandLine.arguments.dropFirst().first.flatMap { Double($0) } ?? defaultMinutes
    exit(try run(seconds: max(0.2, minutes) * 60) ? 0 : 1)
  }

  /// Apart from `main`: what is left at its end is torn down, which `exit` does not do.
  private static func run(seconds: Double) throws -> Bool {
    ProcessFacts.raiseOwnDescriptorLimit()
    signal(SIGPIPE, SIG_IGN)
    let (stage, tally) = (Stage(), Tally())
    let stations = [try Station.postgreSQL(), try Station.sqlite()]
    for station in stations {
      GoodClients(station: station, stage: stage, tally: tally).start()
      HostileClients(station: station, stage: stage, tally: tally).start()
      Disturbances(station: station, stage: stage, tally: tally).start()
    }
    let warmUp = min(60, seconds / 3)
    Thread.sleep(forTimeInterval: warmUp)
    stage.pause()
    let first = stations.map(settled)
    stage.resume()
    Thread.sleep(forTimeInterval: seconds - warmUp)
    stage.pause()
    let last = stations.map(settled)
    stage.finish()

    print(tally.summary + "\n")
    var isSteady = true
    for (index, station) in stations.enumerated() {
      let (before, after) = (first[index], last[index])
      func show(_ name: String, _ before: Int, _ after: Int, tolerance: Int) {
        let isWithin = after <= before + tolerance
        isSteady = isSteady && isWithin
        print("\(station.name): \(name) \(before), at the end \(after)" + (isWithin ? "" : ": MORE THAN BEFORE"))
      }
      show("KiB of memory", before.anonymousKiB, after.anonymousKiB, tolerance: memoryToleranceKiB)
      show("descriptors", before.descriptors, after.descriptors, tolerance: descriptorTolerance)
      show("threads", before.threads, after.threads, tolerance: threadTolerance)
      let status = station.end()
      if status != 0 {
        isSteady = false
        print("\(station.name): the daemon ended with \(status)")
      }
    }
    let isGood = tally.wrong == 0 && tally.lost == 0 && isSteady
    print("\n\(tally.wrong) wrong answers, \(tally.lost) lost requests: \(isGood ? "good" : "NOT GOOD")")
    return isGood
  }

  /// What a daemon uses, once it does not grow less any more.
  private static func settled(_ station: Station) -> ProcessFacts {
    let pid = station.daemon.pid ?? 0
    var facts = ProcessFacts(pid: pid)
    var unchanged = 0
    let end = Date(timeIntervalSinceNow: settling)
    while unchanged < 3 && Date() < end {
      Thread.sleep(forTimeInterval: 2)
      let now = ProcessFacts(pid: pid)
      unchanged = now == facts ? unchanged + 1 : 0
      facts = now
    }
    return facts
  }
}

internal import Foundation

/// Asks `condition` every 20 ms until it holds.
/// - Returns: whether it held within `seconds`.
public func eventually(within seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = Date(timeIntervalSinceNow: seconds)
  while Date() < end {
    if try condition() { return true }
    usleep(20_000)
  }
  return try condition()
}

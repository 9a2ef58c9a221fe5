import CCounting
import Glibc

/// Does each piece of work many times, and has the instructions and allocations counted: see `.ci/counts`.
///
/// One line goes out for each: its name, and the allocations of one time. The instructions are in callgrind's files.
@main
enum Counts {
  /// Times that are not counted: what is made once, at the first use, belongs to no request.
  static let warmUp = 100
  /// Times that are counted.
  static let times = 1000

  static func main() {
    guard counting_is_watched() != 0 || CommandLine.arguments.contains("allocations") else {
      print("run .ci/counts")
      exit(2)
    }
    for piece in WireWork.pieces + AccountWork.pieces + PasswordWork.pieces + RequestWork.pieces { count(piece) }
  }

  private static func count(_ piece: Piece) {
    piece.run(warmUp)
    let before = counting_allocations()
    counting_begin()
    piece.run(times)
    counting_end(piece.name)
    let allocations = counting_allocations() - before
    print(piece.name, (Int(allocations) + times / 2) / times)
  }
}

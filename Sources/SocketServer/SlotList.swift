/// An order of slots: a doubly linked list threaded through an array of links, so that a slot joins, leaves and is found at the
/// front in constant time, without memory of its own. Several lists may share the array; a slot is in one of them at a time.
struct SlotList {
  /// A slot's neighbours in its list; `none` where there is none.
  struct Link {
    fileprivate var before = SlotList.none
    fileprivate var behind = SlotList.none
  }

  fileprivate static let none = UInt32.max

  private var front = none
  private var back = none

  /// The slot that joined first.
  var first: UInt32? { front == Self.none ? nil : front }

  /// Joins `slot` at the end.
  mutating func append(_ slot: UInt32, _ links: inout [Link]) {
    links[Int(slot)] = Link(before: back, behind: Self.none)
    if back == Self.none { front = slot } else { links[Int(back)].behind = slot }
    back = slot
  }

  /// Takes `slot`, which is in this list, out of it.
  mutating func remove(_ slot: UInt32, _ links: inout [Link]) {
    let link = links[Int(slot)]
    if link.before == Self.none { front = link.behind } else { links[Int(link.before)].behind = link.behind }
    if link.behind == Self.none { back = link.before } else { links[Int(link.behind)].before = link.before }
    links[Int(slot)] = Link()
  }
}

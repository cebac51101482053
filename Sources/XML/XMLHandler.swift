/// What a reader tells while it goes through a document. Buffers are good only during the call.
package protocol XMLHandler: AnyObject {
    /// Whether every attribute is told; asked once.
    var takesAttributes: Bool { get }
    /// One attribute of the element that begins next.
    func attribute(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>)
    /// An element begins. - Parameter attribute: the value of its attribute `name`, the only one that is handed on here.
    func start(_ element: UnsafeBufferPointer<UInt8>, name attribute: UnsafeBufferPointer<UInt8>?, line: Int)
    func end(_ element: UnsafeBufferPointer<UInt8>)
    /// Text, in UTF-8, in pieces of any size.
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
    func comment(_ bytes: UnsafeBufferPointer<UInt8>)
}

extension XMLHandler {
    package var takesAttributes: Bool { false }
    package func attribute(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {}
}

namespace MdlRuntime;

/// <summary>One page of a scattered buffer. WDK: FILE_SEGMENT_ELEMENT.</summary>
/// <param name="Buffer">Address of the page; a multiple of the page size.</param>
public readonly record struct FileSegmentElement(nuint Buffer);

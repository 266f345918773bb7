namespace MdlRuntime;

public struct ReadParameters { public uint Length; public uint Key; public long ByteOffset; }

namespace MdlRuntime;

public struct IoStatusBlock { public NtStatus Status; public nuint Information; }

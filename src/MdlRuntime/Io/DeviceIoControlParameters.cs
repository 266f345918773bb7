namespace MdlRuntime;

public struct DeviceIoControlParameters { public uint OutputBufferLength; public uint InputBufferLength; public uint IoControlCode; public nuint Type3InputBuffer; }

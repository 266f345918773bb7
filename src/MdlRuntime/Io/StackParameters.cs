namespace MdlRuntime;

public struct StackParameters { public ReadParameters Read; public ReadParameters Write; public DeviceIoControlParameters DeviceIoControl; }

using MdlRuntime.Annotations;

namespace MdlRuntime;

public struct StackParameters
{
    [RequestParameters(MdlTransfer.Read)]
    public ReadParameters Read;

    [RequestParameters(MdlTransfer.Write)]
    public ReadParameters Write;

    [RequestParameters(MdlTransfer.DeviceControl)]
    public DeviceIoControlParameters DeviceIoControl;
}

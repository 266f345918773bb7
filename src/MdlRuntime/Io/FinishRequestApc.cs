namespace MdlRuntime;

/// <summary>The special kernel APC that finishes a pended request in its requester's context.</summary>
internal sealed class FinishRequestApc(Irp irp) : KApc
{
    internal override void Run() => RequestCompletion.Finish(irp.System.Processor, irp);
}

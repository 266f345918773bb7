namespace MdlRuntime;

/// <summary>A special kernel APC: code that must run in the context of one thread, at APC_LEVEL.</summary>
internal abstract class KApc
{
    internal KApc? Next { get; set; }

    internal abstract void Run();
}

namespace MdlRuntime;

/// <summary>The driver that code belongs to.</summary>
internal sealed class CodeOwner(string name)
{
    public string Name => name;
}

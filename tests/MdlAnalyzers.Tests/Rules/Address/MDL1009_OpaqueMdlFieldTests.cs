using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1009_OpaqueMdlFieldTests
{
    [Theory]
    [InlineData("uint length = {|MDL1009:mdl.ByteCount|}; Sink.Take(length);")]
    [InlineData("Sink.Take({|MDL1009:mdl.Size|});")]
    [InlineData("if ({|MDL1009:mdl.Process|} is null) Sink.Take(n);")]
    [InlineData("nuint mapped = {|MDL1009:mdl.MappedSystemVa|}; Sink.Take(mapped);")]
    [InlineData("nuint va = {|MDL1009:mdl.StartVa + mdl.ByteOffset|}; Sink.Take(va);")]
    [InlineData("nuint va = {|MDL1009:mdl.ByteOffset + mdl.StartVa|}; Sink.Take(va);")]
    [InlineData("nuint va = {|MDL1009:mdl.StartVa | mdl.ByteOffset|}; Sink.Take(va);")]
    [InlineData("nuint va = checked({|MDL1009:(mdl.StartVa) + (mdl.ByteOffset)|}) + n; Sink.Take(va);")]
    [InlineData("nuint va = MmGetMdlBaseVa(mdl) + {|MDL1009:mdl.ByteOffset|}; Sink.Take(va);")]
    [InlineData("nuint va = {|MDL1009:mdl.StartVa|} + MmGetMdlByteOffset(mdl); Sink.Take(va);")]
    [InlineData("nuint mix = {|MDL1009:mdl.StartVa|} + {|MDL1009:_mdl.ByteOffset|}; Sink.Take(mix);")]
    [InlineData("var (length, flags) = ({|MDL1009:mdl.ByteCount|}, mdl.MdlFlags); Sink.Take(length); Sink.Take(flags);")]
    [InlineData("uint length = isRead ? {|MDL1009:mdl.ByteCount|} : n; Sink.Take(length);")]
    [InlineData("Func<Mdl, uint> length = static m => {|MDL1009:m.ByteCount|}; Sink.Take(length(mdl));")]
    [InlineData("uint Length() => {|MDL1009:_mdl.ByteCount|}; Sink.Take(Length());")]
    [InlineData("for (uint i = 0; i < {|MDL1009:mdl.ByteCount|}; i++) Sink.Take(i);")]
    [InlineData("for (Mdl? m = mdl; m is not null; m = m.Next) Sink.Take({|MDL1009:m.ByteCount|});")]
    [InlineData("uint length = mdl?{|MDL1009:.ByteCount|} ?? 0; Sink.Take(length);")]
    [InlineData("if (mdl is { {|MDL1009:ByteCount|}: > 16 }) Sink.Take(n);")]
    [InlineData("if (_irp.MdlAddress is { } m) Sink.Take({|MDL1009:m.ByteCount|});")]
    [InlineData("Sink.Take($\"{ {|MDL1009:mdl.ByteCount|} } bytes\");")]
    [InlineData("Sink.Take(new { {|MDL1009:mdl.ByteCount|} });")]
    [InlineData("uint length = (uint)(ulong){|MDL1009:mdl.ByteCount|}; Sink.Take(length);")]
    [InlineData("switch ({|MDL1009:mdl.ByteCount|}) { case 0: return; default: Sink.Take(n); break; }")]
    public Task DirectRead_Reports(string body) => Verify(DriverSource.Method(body));

    [Theory]
    [InlineData("uint Length(Mdl m) => {|MDL1009:m.ByteCount|};")]
    [InlineData("uint Length { get { return {|MDL1009:_mdl.ByteCount|}; } }")]
    [InlineData("private async Task<uint> LengthAsync() { await Task.Yield(); return {|MDL1009:_mdl.ByteCount|}; }")]
    [InlineData("IEnumerable<uint> Lengths() { for (Mdl? m = _mdl; m is not null; m = m.Next) yield return {|MDL1009:m.ByteCount|}; }")]
    public Task DirectReadInMember_Reports(string member) => Verify(DriverSource.Class(member));

    [Theory]
    [InlineData("{|MDL1009:mine.Length|} = 16;")]
    [InlineData("{|MDL1009:mine.Length|} += 16;")]
    [InlineData("{|MDL1009:mine.Length|}++;")]
    [InlineData("Interlocked.Exchange(ref {|MDL1009:mine.Length|}, 16);")]
    public Task Write_Reports(string body) => Verify(Own(body));

    [Theory]
    [InlineData("Sink.Take(mine.Length);", DiagnosticSeverity.Info)]
    [InlineData("mine.Length = 16;", DiagnosticSeverity.Warning)]
    public async Task OnlyAWrite_IsAWarning(string body, DiagnosticSeverity severity) =>
        Assert.Equal(severity, Assert.Single(await AnalyzerRun.OverAsync(Own(body))).Severity);

    [Theory]
    [InlineData("Sink.Take(mdl.Next);")]
    [InlineData("Sink.Take(mdl.MdlFlags); mdl.MdlFlags |= MdlFlags.MDL_IO_SPACE;")]
    [InlineData("mdl.Next = _mdl;")]
    [InlineData("Sink.Take(nameof(mdl.ByteCount));")]
    [InlineData("Sink.Take(nameof(Mdl.StartVa));")]
    [InlineData("Sink.Take(MmGetMdlByteCount(mdl));")]
    [InlineData("nuint va = MmGetMdlBaseVa(mdl) + MmGetMdlByteOffset(mdl); Sink.Take(va);")]
    [InlineData("Sink.Take(MmGetMdlPfnArray(mdl)[0]);")]
    [InlineData("Sink.Take(MmSizeOfMdl(0, n));")]
    [InlineData("var entry = new PhysicalRun { Offset = MmGetMdlByteOffset(mdl), Length = MmGetMdlByteCount(mdl) }; Sink.Take(entry.Offset + entry.Length);")]
    [InlineData("var view = new { ByteCount = n, ByteOffset = n }; Sink.Take(view.ByteCount + view.ByteOffset);")]
    [InlineData("var sp = IoGetCurrentIrpStackLocation(_irp); Sink.Take(sp.Parameters.Read.ByteOffset);")]
    [InlineData("(uint ByteCount, nuint StartVa) t = (n, 0); Sink.Take(t.ByteCount + t.StartVa);")]
    [InlineData("Span<byte> bytes = stackalloc byte[8]; Sink.Take(System.Text.Encoding.UTF8.GetByteCount(\"a\")); Sink.Take(bytes.Length);")]
    [InlineData("Sink.Take(_sg[0].Length);")]
    [InlineData("foreach (nuint pfn in MmGetMdlPfnArray(mdl)) Hardware.SendFrame(pfn);")]
    [InlineData("Mdl? next = mdl?.Next; Sink.Take(next);")]
    [InlineData("Sink.Take(nameof(_irp.MdlAddress.ByteOffset));")]
    [InlineData("Func<Mdl, uint> length = MmGetMdlByteCount; Sink.Take(length(mdl));")]
    [InlineData("if ((mdl.MdlFlags & MdlFlags.MDL_MAPPED_TO_SYSTEM_VA) != 0) Sink.Take(n);")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p != 0) Sink.Take(p);")]
    [InlineData("uint ByteCount = n, StartVa = n; Sink.Take(ByteCount + StartVa);")]
    [InlineData("Mdl other = mdl; Sink.Take(other.ToString());")]
    [InlineData("if (mdl is { MdlFlags: 0, Next: null }) Sink.Take(n);")]
    [InlineData("nuint mdlAddress = {|MDL1001:mdl.ByteOffset|}; Sink.Take(mdlAddress);")]
    [InlineData("var offset = mdl.ByteOffset; nuint va = {|MDL1001:offset|}; Sink.Take(va);")]
    [InlineData("uint pages = {|MDL1002:(mdl.ByteCount + PAGE_SIZE - 1) >> PAGE_SHIFT|}; _sg = new SgEntry[pages];")]
    public Task PublicMemberOrOtherCause_DoesNotReport(string body) => Verify(DriverSource.Method(body));

    [Theory]
    [InlineData("[return: MdlValue(MdlValueKind.ByteCount)] static uint Count(Mdl m) => m.ByteCount;")]
    [InlineData("[MdlValue(MdlValueKind.ByteOffset)] uint Offset { get { return _mdl.ByteOffset; } }")]
    [InlineData("[MdlValue(MdlValueKind.ByteOffset)] uint Offset => _mdl.ByteOffset;")]
    [InlineData("/// <summary><see cref=\"Mdl.ByteCount\"/></summary>\nvoid Nothing() { }")]
    public Task DeclaredAccessor_DoesNotReport(string member) => Verify(DriverSource.Class(member));

    [Theory]
    [InlineData("var made = new OwnMdl { Length = 16 }; Sink.Take(made);")]
    [InlineData("OwnMdlValue made = default; made.Length = 16; Sink.Take(made);")]
    [InlineData("Sink.Take(mine.Doubled);")]
    [InlineData("Sink.Take(mine.Other);")]
    public Task OwnMdlBeingMade_DoesNotReport(string body) => Verify(Own(body));

    [Theory]
    [InlineData("Sink.Take(mdl.ByteCount);", "'mdl.ByteCount' reads an opaque member of 'mdl'; use 'MmGetMdlByteCount'")]
    [InlineData("Sink.Take(mdl.StartVa);", "'mdl.StartVa' reads an opaque member of 'mdl'; use 'MmGetMdlBaseVa'")]
    [InlineData("Sink.Take(mdl.StartVa + mdl.ByteOffset);", "'mdl.StartVa + mdl.ByteOffset' reads an opaque member of 'mdl'; use 'MmGetMdlVirtualAddress'")]
    [InlineData("Sink.Take(_mdl?.MappedSystemVa);", "'.MappedSystemVa' reads an opaque member of '_mdl'; use 'MmGetSystemAddressForMdlSafe'")]
    [InlineData("Sink.Take(mdl.Process);", "'mdl.Process' reads an opaque member of 'mdl'; no routine returns it, and drivers cannot depend on it")]
    public async Task Message_NamesTheRoutine(string body, string message)
    {
        var diagnostics = await AnalyzerRun.OverAsync(DriverSource.Method(body));

        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Task Verify(string source) => RuleVerifier.VerifyAsync(source, suggestion: "MDL1009");

    // An MDL type of the driver's own whose members can be written.
    private static string Own(string body) =>
        DriverSource.Class(
            $$"""
            void Run(OwnMdl mine) { {{body}} }
            """,
            """
            [MdlEntity(MdlEntity.Mdl)]
            internal class OwnMdl
            {
                [OpaqueMember("MmGetMdlByteCount")] public uint Length;
                public uint Other;
                public uint Doubled => Length * 2;
                public OwnMdl() { Length = 1; }
            }

            internal struct OwnMdlValue
            {
                [OpaqueMember] public uint Length;
            }
            """);
}

using MdlAnalyzers.Tests.Rules;
using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>Lambdas and method groups that are called for each element of a collection.</summary>
public sealed class SequenceTests
{
    [Theory]
    [InlineData("List<Mdl> all = []; nuint x = all.Select(m => MmGetMdlByteOffset(m)).First(); adapter.MapTransfer(mdl, registers, {|MDL1001:x|}, ref n, false);", TestDisplayName = "first result")]
    [InlineData("Mdl[] all = [mdl]; nuint x = all.Select(MmGetMdlByteOffset).Last(); adapter.MapTransfer(mdl, registers, {|MDL1001:x|}, ref n, false);", TestDisplayName = "method group")]
    [InlineData("Mdl[] all = [mdl]; nuint[] at = all.Where(m => m.ByteCount > n).Select(m => (nuint)MmGetMdlByteOffset(m)).ToArray(); adapter.MapTransfer(mdl, registers, {|MDL1001:at[0]|}, ref n, false);", TestDisplayName = "array of the results")]
    [InlineData("Mdl[] all = [mdl]; foreach (nuint at in all.Select(m => (nuint)MmGetMdlByteOffset(m))) { uint k = 1; adapter.MapTransfer(mdl, registers, {|MDL1001:at|}, ref k, false); }", TestDisplayName = "loop over the results")]
    [InlineData("List<uint> at = [MmGetMdlByteOffset(mdl)]; at.ForEach(o => { uint k = 1; adapter.MapTransfer(mdl, registers, {|MDL1001:o|}, ref k, false); });", TestDisplayName = "List.ForEach")]
    [InlineData("uint[] at = [MmGetMdlByteOffset(mdl)]; Parallel.ForEach(at, o => { uint k = 1; adapter.MapTransfer(mdl, registers, {|MDL1001:o|}, ref k, false); });", TestDisplayName = "Parallel.ForEach")]
    [InlineData("uint[] at = [MmGetMdlByteOffset(mdl)]; Array.ForEach(at, o => { uint k = 1; adapter.MapTransfer(mdl, registers, {|MDL1001:o|}, ref k, false); });", TestDisplayName = "Array.ForEach")]
    [InlineData("uint x = new[] { (mdl, MmGetMdlByteOffset(mdl)) }.Select(p => p.Item2).Single(); adapter.MapTransfer(mdl, registers, {|MDL1001:x|}, ref n, false);", TestDisplayName = "tuples")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); int[] all = [1, 2]; Sink.Take(all.Select(i => new SgEntry[{|MDL1002:(len + PAGE_SIZE - 1) / PAGE_SIZE|}]).ToArray());", TestDisplayName = "captured length")]
    public Task Statement_Reports(string body) => VerifyAsync("using System.Linq;\n" + DriverSource.Method(body));

    [Theory]
    [InlineData("Irp[] all = [irp]; Sink.Take({|MDL2001:all.Select(i => i.MdlAddress).First()|}!.ByteCount);", TestDisplayName = "MDL of the first request")]
    [InlineData("Irp[] all = [irp]; Sink.Take(all.Select(i => i.MdlAddress).Select(m => {|MDL2001:m|}!.ByteCount).ToArray());", TestDisplayName = "MDLs of all requests")]
    [InlineData("Irp[] all = [irp]; Sink.Take(all.Where(i => i.MdlAddress is null).Select(i => {|MDL2001:i.MdlAddress|}!.ByteCount).ToArray());", TestDisplayName = "filter, the wrong way round")]
    [InlineData("Irp[] all = [irp]; if (all.All(i => i.MdlAddress is not null)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount);", TestDisplayName = "All, the wrong way round")]
    [InlineData("List<Irp> all = [irp]; all.ForEach(i => Sink.Take({|MDL2001:i.MdlAddress|}!.ByteCount));", TestDisplayName = "List.ForEach")]
    public Task Read_Reports(string body) => VerifyAsync("using System.Linq;\n" + DriverSource.Dispatch(body));

    [Theory]
    [InlineData("List<Mdl> all = []; nuint x = all.Select(m => MmGetMdlVirtualAddress(m)).First(); adapter.MapTransfer(mdl, registers, x, ref n, false);", TestDisplayName = "first result")]
    [InlineData("List<nuint> at = [MmGetMdlVirtualAddress(mdl)]; at.ForEach(o => { uint k = 1; adapter.MapTransfer(mdl, registers, o, ref k, false); });", TestDisplayName = "List.ForEach")]
    [InlineData("nuint[] at = [MmGetMdlByteOffset(mdl)]; Array.Fill(at, MmGetMdlVirtualAddress(mdl)); Array.ForEach(at, o => { uint k = 1; adapter.MapTransfer(mdl, registers, o, ref k, false); });", TestDisplayName = "Array.ForEach of what was filled again")]
    [InlineData("uint[] at = [MmGetMdlByteOffset(mdl)]; nuint start = MmGetMdlBaseVa(mdl); nuint[] vas = at.Select(o => start + o).ToArray(); adapter.MapTransfer(mdl, registers, vas[0], ref n, false);", TestDisplayName = "offset that is added")]
    [InlineData("nuint x = MmGetMdlByteOffset(mdl); List<int> all = [1]; all.ForEach(i => x = MmGetMdlVirtualAddress(mdl)); adapter.MapTransfer(mdl, registers, x, ref n, false);", TestDisplayName = "assigned by the lambda")]
    [InlineData("List<Mdl> all = [mdl]; all.Clear(); all.Add(_mdl); uint bytes = (uint)all.Sum(m => (long)m.ByteCount); Sink.Take(bytes);", TestDisplayName = "sum")]
    public Task Statement_DoesNotReport(string body) => VerifyAsync("using System.Linq;\n" + DriverSource.Method(body));

    [Theory]
    [InlineData("Irp[] all = [irp]; Sink.Take(all.Where(i => i.MdlAddress is not null).Select(i => i.MdlAddress!.ByteCount).ToArray());", TestDisplayName = "filter of the requests")]
    [InlineData("List<Irp> all = new(); Sink.Take(all.Where(i => i.MdlAddress is not null).Select(i => i.MdlAddress!.ByteCount).ToArray());", TestDisplayName = "filter of unknown requests")]
    [InlineData("Irp[] all = [irp]; Sink.Take(all.Select(i => i.MdlAddress).Where(m => m is not null).Select(m => m!.ByteCount).ToArray());", TestDisplayName = "filter of the MDLs")]
    [InlineData("List<Irp> all = new(); Sink.Take(all.FindAll(i => i.MdlAddress is not null).OrderBy(i => i.MdlAddress!.ByteCount).Select(i => i.MdlAddress!.ByteCount).ToArray());", TestDisplayName = "FindAll, OrderBy")]
    [InlineData("List<Irp> all = new(); foreach (Irp each in all.Where(i => i.MdlAddress is not null).ToList()) Sink.Take(each.MdlAddress!.ByteCount);", TestDisplayName = "loop over the filtered")]
    [InlineData("List<Irp> all = new(); Sink.Take((from i in all where i.MdlAddress is not null select i.MdlAddress!.ByteCount).ToArray());", TestDisplayName = "query")]
    [InlineData("Irp[] all = [irp]; if (!all.All(i => i.MdlAddress is not null)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "All")]
    [InlineData("Irp[] all = [irp]; if (!Array.TrueForAll(all, i => i.MdlAddress is not null)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "Array.TrueForAll")]
    [InlineData("List<Irp> all = [irp]; if (all.Exists(i => i.MdlAddress is null)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "Exists")]
    [InlineData("Irp[] all = [irp]; Sink.Take(all.Select(i => i.MdlAddress).OfType<Mdl>().Select(m => m.ByteCount).ToArray());", TestDisplayName = "OfType")]
    [InlineData("Irp[] all = [irp]; Mdl? m = all.Select(i => i.MdlAddress).FirstOrDefault(x => x is not null); if (m is not null) Sink.Take(m.ByteCount);", TestDisplayName = "FirstOrDefault")]
    [InlineData("Irp[] all = [irp]; Mdl m = all.Select(i => i.MdlAddress).First(x => x is not null)!; Sink.Take(m.ByteCount);", TestDisplayName = "First")]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); int[] all = [1, 2]; Sink.Take(all.Select(i => irp.MdlAddress.ByteCount + (uint)i).ToArray());", TestDisplayName = "captured behind a test")]
    public Task Read_DoesNotReport(string body) => VerifyAsync("using System.Linq;\n" + DriverSource.Dispatch(body));
}

using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Options;

/// <summary>Reads the options of the rules. One that is not set, or that makes no sense, has its default.</summary>
internal static class AnalyzerOptionReader
{
    public const string GuardMethods = Prefix + "guard_methods";
    public const string PageSizeConstants = Prefix + "page_size_constants";
    public const string DirectRequests = Prefix + "direct_io_requests";

    private const string Prefix = "mdl_analyzers.";
    private const int MaxNames = 100;

    private static readonly char[] _separators = [',', '|', ' ', '\t'];

    public static RuleOptions Read(AnalyzerConfigOptions options)
    {
        SymbolNames guards = Names(options, GuardMethods);
        SymbolNames pageSizes = Names(options, PageSizeConstants);
        Transfer direct = Requests(options);
        return guards == SymbolNames.None && pageSizes == SymbolNames.None && direct == Transfer.Any ? RuleOptions.Default : new RuleOptions(guards, pageSizes, direct);
    }

    private static SymbolNames Names(AnalyzerConfigOptions options, string key)
    {
        string[] words = Words(options, key);
        ImmutableArray<ImmutableArray<string>> names = [.. words.Select(static w => w.Split('.').ToImmutableArray())];
        bool isWellFormed = words.Length is > 0 and <= MaxNames && names.All(static n => n.All(IsIdentifier));
        return isWellFormed ? new SymbolNames(names) : SymbolNames.None;
    }

    private static Transfer Requests(AnalyzerConfigOptions options)
    {
        Transfer requests = Transfer.None;
        string[] words = Words(options, DirectRequests);
        foreach (string word in words)
        {
            switch (word.ToLowerInvariant())
            {
                case "read": requests |= Transfer.Read; break;
                case "write": requests |= Transfer.Write; break;
                case "device_control": requests |= Transfer.DeviceControl; break;
                case "none" when words.Length == 1: return Transfer.None;
                default: return Transfer.Any;
            }
        }

        return words.Length == 0 ? Transfer.Any : requests;
    }

    private static string[] Words(AnalyzerConfigOptions options, string key) =>
        options.TryGetValue(key, out string? value) ? value.Split(_separators, StringSplitOptions.RemoveEmptyEntries) : [];

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(static c => char.IsLetterOrDigit(c) || c == '_');
}

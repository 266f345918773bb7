using System.Security.Cryptography;
using DmaDisk;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;

if (!Arguments.TryParse(args, out Arguments arguments, out string? error))
{
    Console.Error.WriteLine($"DmaDisk: {error}");
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

if (arguments.ShowHelp)
{
    Console.WriteLine(Arguments.Usage);
    return 0;
}

try
{
    using MediumFile file = arguments.Path is { } path ? MediumFile.Open(path) : MediumFile.Generate();
    return Run(file, arguments) ? 0 : 1;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"DmaDisk: cannot read the file: {exception.Message}");
    return 2;
}

static bool Run(MediumFile file, Arguments arguments)
{
    var printer = new StepPrinter(Console.Out);
    // Few map registers, so that a request of some pages already has to go in stages.
    using var machine = new Machine(new() { MapRegisters = 16, Trace = printer.OnTrace });
    using var medium = new FileMedium(file.Path);
    var disk = new BlockDevice(machine, medium, new() { AddressBits = arguments.DeviceBits });
    DriverObject driver = machine.LoadDriver("DmaDisk", new DiskDriver(disk).DriverEntry);
    machine.Plug(driver);

    long expected = Math.Min(arguments.Length ?? file.Length, file.Length);
    Console.WriteLine($"A disk with {arguments.DeviceBits} address lines holds {file.Length} bytes; a process reads {arguments.Length ?? file.Length} of them.");
    UserProcess process = machine.CreateProcess("reader");
    using var received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    int freePtes = machine.FreeSystemPtes;
    long count = Reader.ReadAll(process, arguments.Length ?? file.Length, received, printer);

    bool isSame = count == expected && received.GetHashAndReset().AsSpan().SequenceEqual(file.Hash(expected));
    bool isClean = process.LockedPages == 0 && machine.FreeSystemPtes == freePtes && machine.Findings.Count == 0;
    Console.WriteLine();
    Console.WriteLine($"Bounced: {printer.BouncedBytes} bytes were copied because the device could not reach their pages.");
    Console.WriteLine($"Left behind: {process.LockedPages} locked pages, {freePtes - machine.FreeSystemPtes} system PTEs, {machine.Findings.Count} findings.");
    Console.WriteLine($"The process received {count} bytes; their SHA-256 {(isSame ? "is" : "IS NOT")} that of the same bytes of the file: {Convert.ToHexStringLower(file.Hash(expected))}");
    return isSame && isClean;
}

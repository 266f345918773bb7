using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using NetLoop;

if (!Arguments.TryParse(args, out Arguments arguments))
{
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

var printer = new StepPrinter(Console.Out);
using var machine = new Machine(new() { Trace = printer.OnTrace });
var hardware = new NetworkDevice(machine, new() { AddressBits = arguments.DeviceBits, InterruptDelay = 300 });
using var registers = new RegisterWindow(machine, NetPlugAndPlay.RegisterLength, hardware);
DriverObject driver = machine.LoadDriver("NetLoop", new NetDriver(hardware, registers.Base).DriverEntry);
machine.Plug(driver);
Console.WriteLine($"A network device with {arguments.DeviceBits} address lines sends {arguments.Packets} packets to itself.");

UserProcess process = machine.CreateProcess("peer");
int freePtes = machine.FreeSystemPtes;
int received = Peer.Run(machine, process, arguments.Packets, hardware.Options.MaximumPacket, printer);
bool isClean = process.LockedPages == 0 && machine.FreeSystemPtes == freePtes && machine.Findings.Count == 0;
Console.WriteLine();
Console.WriteLine($"The device sent {hardware.ReadRegister(NetworkDeviceRegister.PacketsSent)} packets, received {hardware.ReadRegister(NetworkDeviceRegister.PacketsReceived)} "
    + $"and dropped {hardware.ReadRegister(NetworkDeviceRegister.PacketsDropped)}; {printer.Interrupts} interrupts told the driver.");
machine.UnloadDriver(driver);
isClean &= machine.Findings.Count == 0;
Console.WriteLine($"Left behind: {process.LockedPages} locked pages, {machine.Findings.Count} findings.");
Console.WriteLine($"{received} of {arguments.Packets} packets came back as they were sent.");
return received == arguments.Packets && isClean ? 0 : 1;
